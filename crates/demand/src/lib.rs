//! Demand as it is recorded, and as models want it.
//!
//! A series is kept as recorded (days with a quantity each) until somebody needs daily values:
//! then a day without a row is a day without demand, or an interpolated one where the material
//! says so. Days are counted from any fixed day; this project counts from 2000-01-01, as
//! PostgreSQL does.
//!
//! ```
//! use demand::{Missing, Recorded};
//!
//! let mut recorded = Recorded::default();
//! recorded.push(3, 5.0)?;
//! recorded.push(1, 2.0)?;
//! let series = recorded.sorted();
//! assert_eq!(series.daily(4, Missing::Zero, 365)?, [2.0, 0.0, 5.0, 0.0]);
//! # Ok::<(), demand::Error>(())
//! ```

#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod masks;
mod statistics;

pub use masks::{Masks, mask_outliers};
pub use statistics::{Statistics, statistics};

/// What a series refuses.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A quantity that is NaN or infinite.
    #[error("demand quantity must be a finite number, not {0}")]
    NotFinite(f64),
    /// Nothing recorded by the day that was asked for.
    #[error("there is no demand on or before day {0}")]
    NoDemand(i32),
    /// More days from first to last than the caller accepts.
    #[error("the history spans {days} days, more than the {limit} that are accepted")]
    SpanTooLong {
        /// Days from the first to the last, both included.
        days: i64,
        /// Days that are accepted.
        limit: usize,
    },
    /// Bytes that [`Recorded::to_bytes`] did not write.
    #[error("the packed demand series is damaged: its length is {0} bytes")]
    Damaged(usize),
    /// A name of [`Masks`] that there is not.
    #[error("masked demand \"{0}\" is unknown")]
    UnknownMasks(String),
}

/// What a day without a row means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// Nothing was asked for.
    Zero,
    /// Nobody wrote it down: a straight line between the neighbours.
    Interpolate,
}

/// Recorded demand: days with a quantity each.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Recorded {
    days: Vec<(i32, f64)>,
    /// Days on which stock had run out: their quantity is the least that was asked for.
    stockouts: Vec<i32>,
}

/// Bytes of one packed day: an i32 and an f64, little-endian.
const PACKED_DAY: usize = 12;

impl Recorded {
    /// Adds a quantity of a day, in any order.
    ///
    /// # Errors
    /// When the quantity is not finite.
    pub fn push(&mut self, day: i32, quantity: f64) -> Result<(), Error> {
        if !quantity.is_finite() {
            return Err(Error::NotFinite(quantity));
        }
        self.days.push((day, quantity));
        Ok(())
    }

    /// Adds what was recorded on a day on which stock had run out: [`Recorded::daily`] puts there
    /// what was usual.
    ///
    /// # Errors
    /// When the quantity is not finite.
    pub fn push_stockout(&mut self, day: i32, quantity: f64) -> Result<(), Error> {
        self.push(day, quantity)?;
        self.stockouts.push(day);
        Ok(())
    }

    /// Adds the rows of another part of the same series.
    pub fn merge(&mut self, other: &Recorded) {
        self.days.extend_from_slice(&other.days);
        self.stockouts.extend_from_slice(&other.stockouts);
    }

    /// Whether nothing is recorded.
    pub fn is_empty(&self) -> bool {
        self.days.is_empty()
    }

    /// The rows in day order with one row a day; several of a day add up. Independent of the order
    /// in which they came, to the last bit.
    #[must_use]
    pub fn sorted(mut self) -> Recorded {
        if !self.days.windows(2).all(|pair| pair[0].0 < pair[1].0) {
            self.days
                .sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
            self.days.dedup_by(|later, kept| {
                let same_day = later.0 == kept.0;
                if same_day {
                    kept.1 += later.1;
                }
                same_day
            });
        }
        self.stockouts.sort_unstable();
        self.stockouts.dedup();
        self
    }

    /// The first day of a sorted series.
    pub fn first_day(&self) -> Option<i32> {
        self.days.first().map(|(day, _)| *day)
    }

    /// The last day of a sorted series.
    pub fn last_day(&self) -> Option<i32> {
        self.days.last().map(|(day, _)| *day)
    }

    /// One value a day from the first day of a sorted series through `until`, which cuts off later
    /// rows; at most `limit` values.
    ///
    /// # Errors
    /// When nothing is recorded by then, or the span is longer than `limit`; nothing is allocated
    /// before that is known.
    pub fn daily(&self, until: i32, missing: Missing, limit: usize) -> Result<Vec<f64>, Error> {
        let first = self.first_day().filter(|first| *first <= until);
        let first = first.ok_or(Error::NoDemand(until))?;
        let place = |day: i32| usize::try_from(i64::from(day) - i64::from(first));
        let days = i64::from(until) - i64::from(first) + 1;
        let length = usize::try_from(days).map_err(|_| Error::NoDemand(until))?;
        if length > limit {
            return Err(Error::SpanTooLong { days, limit });
        }
        let mut values = vec![0.0; length];
        let mut hidden = vec![false; if self.stockouts.is_empty() { 0 } else { length }];
        let mut former: Option<(usize, f64)> = None;
        let rows = || self.days.iter().take_while(|(day, _)| *day <= until);
        for (day, quantity) in rows() {
            let place = place(*day).map_err(|_| Error::NoDemand(until))?;
            if self.is_stockout(*day) {
                hidden[place] = true;
                continue;
            }
            if let (Missing::Interpolate, Some(former)) = (missing, former) {
                interpolate(&mut values, former, (place, *quantity));
            }
            values[place] = *quantity;
            former = Some((place, *quantity));
        }
        if !hidden.is_empty() {
            for (day, quantity) in rows().filter(|(day, _)| self.is_stockout(*day)) {
                values[place(*day).map_err(|_| Error::NoDemand(until))?] = *quantity;
            }
            masks::bridge(&mut values, &hidden);
        }
        Ok(values)
    }

    fn is_stockout(&self, day: i32) -> bool {
        !self.stockouts.is_empty() && self.stockouts.binary_search(&day).is_ok()
    }

    /// The rows as bytes, in their order; a stock-out is a second entry of its day, without a number.
    pub fn to_bytes(&self) -> Vec<u8> {
        let entries = self.days.len() + self.stockouts.len();
        let mut bytes = Vec::with_capacity(entries * PACKED_DAY);
        let stockouts = self.stockouts.iter().map(|day| (*day, f64::NAN));
        for (day, quantity) in self.days.iter().copied().chain(stockouts) {
            bytes.extend_from_slice(&day.to_le_bytes());
            bytes.extend_from_slice(&quantity.to_le_bytes());
        }
        bytes
    }

    /// The series that [`Recorded::to_bytes`] wrote, sorted.
    ///
    /// # Errors
    /// When the bytes are something else.
    pub fn from_bytes(bytes: &[u8]) -> Result<Recorded, Error> {
        let damaged = || Error::Damaged(bytes.len());
        let (packed, rest) = bytes.as_chunks::<PACKED_DAY>();
        if !rest.is_empty() {
            return Err(damaged());
        }
        let mut recorded = Recorded {
            days: Vec::with_capacity(packed.len()),
            stockouts: Vec::new(),
        };
        for [a, b, c, d, quantity @ ..] in packed {
            let day = i32::from_le_bytes([*a, *b, *c, *d]);
            let quantity = f64::from_le_bytes(*quantity);
            if quantity.is_nan() {
                recorded.stockouts.push(day);
            } else {
                recorded.push(day, quantity).map_err(|_| damaged())?;
            }
        }
        let recorded = recorded.sorted();
        let known = |day: &i32| recorded.days.binary_search_by_key(day, |row| row.0).is_ok();
        if recorded.stockouts.iter().all(known) {
            Ok(recorded)
        } else {
            Err(damaged())
        }
    }
}

/// Fills the days strictly between two recorded ones with a straight line.
fn interpolate(values: &mut [f64], from: (usize, f64), to: (usize, f64)) {
    let steps = (to.0 - from.0) as f64;
    for (step, value) in values[from.0 + 1..to.0].iter_mut().enumerate() {
        *value = from.1 + (to.1 - from.1) * (step + 1) as f64 / steps;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn recorded(days: &[(i32, f64)]) -> Recorded {
        let days = days.to_vec();
        let stockouts = Vec::new();
        Recorded { days, stockouts }.sorted()
    }

    #[test]
    fn days_without_a_row_count_as_zero() {
        let series = recorded(&[(3, 5.0), (1, 2.0)]);
        assert_eq!(
            series.daily(4, Missing::Zero, 9),
            Ok(vec![2.0, 0.0, 5.0, 0.0])
        );
    }

    #[test]
    fn rows_of_one_day_add_up() {
        let series = recorded(&[(1, 2.0), (1, 3.0), (2, 4.0)]);
        assert_eq!(series.daily(2, Missing::Zero, 9), Ok(vec![5.0, 4.0]));
    }

    #[test]
    fn a_series_knows_its_first_and_last_day() {
        let series = recorded(&[(9, 5.0), (3, 2.0)]);
        assert_eq!((series.first_day(), series.last_day()), (Some(3), Some(9)));
        assert!(!series.is_empty());
        let none = Recorded::default();
        assert_eq!((none.first_day(), none.last_day()), (None, None));
        assert!(none.is_empty());
    }

    #[test]
    fn interpolates_between_neighbours_only() {
        let series = recorded(&[(1, 2.0), (4, 8.0)]);
        let expected = Ok(vec![2.0, 4.0, 6.0, 8.0, 0.0]);
        assert_eq!(series.daily(5, Missing::Interpolate, 9), expected);
        let series = recorded(&[(1, 2.0), (3, 8.0), (5, 4.0)]);
        let expected = Ok(vec![2.0, 5.0, 8.0, 6.0, 4.0]);
        assert_eq!(series.daily(5, Missing::Interpolate, 9), expected);
    }

    #[test]
    fn later_rows_are_cut_off() {
        let series = recorded(&[(1, 2.0), (4, 8.0)]);
        assert_eq!(series.daily(2, Missing::Zero, 9), Ok(vec![2.0, 0.0]));
        assert_eq!(series.daily(0, Missing::Zero, 9), Err(Error::NoDemand(0)));
    }

    #[test]
    fn days_without_stock_are_bridged_whatever_missing_days_mean() {
        for missing in [Missing::Zero, Missing::Interpolate] {
            let mut series = Recorded::default();
            for day in 0..28 {
                if day == 12 {
                    series.push_stockout(day, 1.0).unwrap();
                } else {
                    series.push(day, f64::from(10 + day % 7)).unwrap();
                }
            }
            let daily = series.sorted().daily(27, missing, 99).unwrap();
            assert_eq!(daily[12], 15.0, "{missing:?}");
        }
    }

    #[test]
    fn stock_outs_survive_packing_and_merging() {
        let (mut one, mut other) = (Recorded::default(), Recorded::default());
        one.push(1, 5.0).unwrap();
        other.push_stockout(2, 0.0).unwrap();
        other.push(3, 7.0).unwrap();
        one.merge(&Recorded::from_bytes(&other.to_bytes()).unwrap());
        let series = Recorded::from_bytes(&one.sorted().to_bytes()).unwrap();
        assert_eq!(series.daily(3, Missing::Zero, 9), Ok(vec![5.0, 6.0, 7.0]));
    }

    #[test]
    fn damaged_bytes_are_refused() {
        assert_eq!(Recorded::from_bytes(&[1, 2, 3]), Err(Error::Damaged(3)));
        let mut nan = 7_i32.to_le_bytes().to_vec();
        nan.extend_from_slice(&f64::NAN.to_le_bytes());
        assert_eq!(Recorded::from_bytes(&nan), Err(Error::Damaged(12)));
    }

    #[test]
    fn a_span_beyond_the_limit_is_refused_before_it_is_allocated() {
        let series = recorded(&[(i32::MIN, 1.0), (i32::MAX, 1.0)]);
        let days = i64::from(u32::MAX) + 1;
        assert_eq!(
            series.daily(i32::MAX, Missing::Zero, 1_000),
            Err(Error::SpanTooLong { days, limit: 1_000 })
        );
    }

    proptest! {
        #[test]
        fn rows_in_any_order_give_the_same_bytes(
            mut rows in prop::collection::vec((0..50_i32, 0.0..1e6_f64), 1..80),
            turn in 0..80_usize,
        ) {
            let one = recorded(&rows);
            let turn = turn % rows.len();
            rows.rotate_left(turn);
            rows.reverse();
            prop_assert_eq!(recorded(&rows).to_bytes(), one.to_bytes());
        }

        #[test]
        fn bytes_bring_the_series_back(
            rows in prop::collection::vec((any::<i32>(), -1e15..1e15_f64), 0..40),
        ) {
            let series = recorded(&rows);
            prop_assert_eq!(Recorded::from_bytes(&series.to_bytes()), Ok(series));
        }

        #[test]
        fn daily_values_keep_the_sum(
            rows in prop::collection::vec((0..400_i32, 0.0..1e6_f64), 1..80),
        ) {
            let total: f64 = rows.iter().map(|(_, quantity)| quantity).sum();
            let daily = recorded(&rows).daily(400, Missing::Zero, 500).unwrap();
            prop_assert!((daily.iter().sum::<f64>() - total).abs() <= 1e-9 * total.max(1.0));
        }
    }
}
