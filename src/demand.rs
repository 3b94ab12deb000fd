//! Demand series: what is recorded, read in one pass, and turned into one value a day.
//!
//! A series is kept as it is recorded (sorted days with a quantity each) until somebody needs
//! daily values: then a day without a row is a day without demand, or an interpolated one where
//! the material says so.

use crate::aggregate::{finished, state};
use crate::errors::{Error, report};
use forecasting::{MAX_HISTORY, MAX_HORIZON};
use pgrx::datum::Date;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use pgrx::{Array, Internal};

/// What a day without a row means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// Nothing was asked for.
    Zero,
    /// Nobody wrote it down: a straight line between the neighbours.
    Interpolate,
}

/// Recorded demand: days since 2000-01-01 with a quantity each.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recorded {
    days: Vec<(i32, f64)>,
}

/// Bytes of one packed day: an i32 and an f64, little-endian.
const PACKED_DAY: usize = 12;

impl Recorded {
    /// Adds one row.
    ///
    /// # Errors
    /// When the day or the quantity is not finite.
    pub fn push(&mut self, date: Date, quantity: f64) -> Result<(), Error> {
        if !date.is_finite() {
            return Err(Error::InfiniteDate);
        }
        if !quantity.is_finite() {
            let name = "demand quantity";
            return Err(Error::NotFinite {
                name,
                value: quantity,
            });
        }
        self.days.push((date.to_pg_epoch_days(), quantity));
        Ok(())
    }

    /// Adds the rows of another worker.
    fn merge(&mut self, other: &Recorded) {
        self.days.extend_from_slice(&other.days);
    }

    /// The rows in day order with one row a day; several of a day add up. Independent of the order
    /// in which they came, to the last bit.
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
        self
    }

    /// The last recorded day, in days since 2000-01-01.
    pub fn last_day(&self) -> Option<i32> {
        self.days.last().map(|(day, _)| *day)
    }

    /// The first recorded day, in days since 2000-01-01.
    pub fn first_day(&self) -> Option<i32> {
        self.days.first().map(|(day, _)| *day)
    }

    /// One value a day from the first recorded day through `until`, which cuts off later rows.
    ///
    /// # Errors
    /// When nothing is recorded by then, or the span is longer than models accept.
    pub fn daily(&self, until: i32, missing: Missing) -> Result<Vec<f64>, Error> {
        let no_demand = || Error::NoDemand(day_text(until));
        let first = self.first_day().filter(|first| *first <= until);
        let first = first.ok_or_else(no_demand)?;
        let span = i64::from(until) - i64::from(first) + 1;
        let length = usize::try_from(span).map_err(|_| no_demand())?;
        if length > MAX_HISTORY {
            return Err(Error::SpanTooLong {
                days: span,
                limit: MAX_HISTORY,
            });
        }
        let mut values = vec![0.0; length];
        let mut former: Option<(usize, f64)> = None;
        for (day, quantity) in self.days.iter().take_while(|(day, _)| *day <= until) {
            let place = usize::try_from(day - first).map_err(|_| no_demand())?;
            if let (Missing::Interpolate, Some(former)) = (missing, former) {
                interpolate(&mut values, former, (place, *quantity));
            }
            values[place] = *quantity;
            former = Some((place, *quantity));
        }
        Ok(values)
    }

    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.days.len() * PACKED_DAY);
        for (day, quantity) in &self.days {
            bytes.extend_from_slice(&day.to_le_bytes());
            bytes.extend_from_slice(&quantity.to_le_bytes());
        }
        bytes
    }

    /// Reads what [`pack_demand`](self) wrote.
    ///
    /// # Errors
    /// When the bytes are something else.
    pub fn from_bytes(bytes: &[u8]) -> Result<Recorded, Error> {
        let damaged = || Error::DamagedSeries(bytes.len());
        let (packed, rest) = bytes.as_chunks::<PACKED_DAY>();
        if !rest.is_empty() {
            return Err(damaged());
        }
        let mut days = Vec::with_capacity(packed.len());
        for [a, b, c, d, quantity @ ..] in packed {
            let quantity = f64::from_le_bytes(*quantity);
            if !quantity.is_finite() {
                return Err(damaged());
            }
            days.push((i32::from_le_bytes([*a, *b, *c, *d]), quantity));
        }
        Ok(Recorded { days }.sorted())
    }
}

/// Fills the days strictly between two recorded ones with a straight line.
fn interpolate(values: &mut [f64], from: (usize, f64), to: (usize, f64)) {
    let steps = (to.0 - from.0) as f64;
    for (step, value) in values[from.0 + 1..to.0].iter_mut().enumerate() {
        *value = from.1 + (to.1 - from.1) * (step + 1) as f64 / steps;
    }
}

/// A day as ISO text, for messages.
pub fn day_text(day: i32) -> String {
    let date = Date::saturating_from_raw(day);
    format!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day())
}

/// Adds one row to the series.
#[pg_extern(immutable, parallel_safe)]
fn demand_accum(
    mut internal: Internal,
    demand_date: Option<Date>,
    quantity: Option<f64>,
    fcinfo: pg_sys::FunctionCallInfo,
) -> Result<Internal, ErrorReport> {
    let recorded = state::<Recorded>(&mut internal, fcinfo)?;
    if let (Some(date), Some(quantity)) = (demand_date, quantity) {
        recorded.push(date, quantity).map_err(report)?;
    }
    Ok(internal)
}

/// Joins the rows of two parallel workers.
#[pg_extern(immutable, parallel_safe)]
fn demand_combine(
    mut left: Internal,
    right: Internal,
    fcinfo: pg_sys::FunctionCallInfo,
) -> Result<Internal, ErrorReport> {
    let recorded = state::<Recorded>(&mut left, fcinfo)?;
    // SAFETY: both states come from demand_accum.
    if let Some(other) = unsafe { finished::<Recorded>(&right) } {
        recorded.merge(other);
    }
    Ok(left)
}

/// The rows as bytes, in the order in which they came.
#[pg_extern(immutable, strict, parallel_safe)]
fn demand_serialize(internal: Internal) -> Vec<u8> {
    // SAFETY: the state comes from demand_accum.
    unsafe { finished::<Recorded>(&internal) }.map_or_else(Vec::new, Recorded::to_bytes)
}

/// The rows from bytes.
#[pg_extern(immutable, strict, parallel_safe)]
fn demand_deserialize(bytes: &[u8], _unused: Internal) -> Result<Internal, ErrorReport> {
    Ok(Internal::new(Recorded::from_bytes(bytes).map_err(report)?))
}

/// The finished series as bytes; NULL when no row had both a day and a quantity.
#[pg_extern(immutable, parallel_safe)]
fn demand_pack(internal: Internal) -> Option<Vec<u8>> {
    // SAFETY: the state comes from demand_accum.
    let recorded = unsafe { finished::<Recorded>(&internal) }?;
    (!recorded.days.is_empty()).then(|| recorded.clone().sorted().to_bytes())
}

/// Mean and sample standard deviation of daily demand, over the last `window_days` through a day.
#[pg_extern(immutable, strict, parallel_safe, cost = 50)]
#[allow(clippy::type_complexity)]
fn demand_statistics(
    series: &[u8],
    through: Date,
    window_days: default!(i32, 365),
) -> Result<
    TableIterator<
        'static,
        (
            name!(mean, f64),
            name!(std_dev, f64),
            name!(days, i32),
            name!(demand_days, i32),
        ),
    >,
    ErrorReport,
> {
    let recorded = Recorded::from_bytes(series).map_err(report)?;
    let values = recorded
        .daily(finite_day(through)?, Missing::Zero)
        .map_err(report)?;
    let window = usize::try_from(window_days.max(1)).unwrap_or(1);
    let values = &values[values.len().saturating_sub(window)..];
    let (mean, std_dev) = mean_and_std_dev(values);
    let demand_days = values.iter().filter(|value| **value > 0.0).count();
    Ok(TableIterator::once((
        mean,
        std_dev,
        values.len() as i32,
        demand_days as i32,
    )))
}

fn finite_day(date: Date) -> Result<i32, ErrorReport> {
    if date.is_finite() {
        Ok(date.to_pg_epoch_days())
    } else {
        Err(report(Error::InfiniteDate))
    }
}

/// Two passes: exact where one pass would cancel.
fn mean_and_std_dev(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    if values.len() < 2 {
        return (mean, 0.0);
    }
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (mean, (squares / (count - 1.0)).sqrt())
}

/// The recorded series as rows: one a day from its first day through `through`.
#[pg_extern(immutable, strict, parallel_safe, cost = 100)]
fn daily_demand(
    series: &[u8],
    through: Date,
    missing_demand: default!(&str, "'ZERO'"),
) -> Result<TableIterator<'static, (name!(demand_date, Date), name!(quantity, f64))>, ErrorReport> {
    let recorded = Recorded::from_bytes(series).map_err(report)?;
    let missing = match missing_demand {
        "INTERPOLATE" => Missing::Interpolate,
        _ => Missing::Zero,
    };
    let first = recorded.first_day().unwrap_or_default();
    let values = recorded
        .daily(finite_day(through)?, missing)
        .map_err(report)?;
    Ok(TableIterator::new(values.into_iter().enumerate().map(
        move |(place, quantity)| (Date::saturating_from_raw(first + place as i32), quantity),
    )))
}

/// Expected demand of `days` days from `first_day` on: the planner's number where there is one, the
/// forecast where it reaches, beyond it the forecast's own mean, without any the given average.
#[pg_extern(immutable, parallel_safe, cost = 50)]
#[allow(clippy::too_many_arguments)]
fn planned_demand(
    start_date: Option<Date>,
    mean: Option<Array<'_, f64>>,
    override_dates: Option<Array<'_, Date>>,
    override_quantities: Option<Array<'_, f64>>,
    first_day: Option<Date>,
    days: Option<i32>,
    average_daily_demand: Option<f64>,
) -> Option<Vec<f64>> {
    let first_day = first_day?.to_pg_epoch_days();
    let days = usize::try_from(days?.clamp(0, MAX_HORIZON as i32)).ok()?;
    let forecast: Vec<f64> = mean.iter().flat_map(Array::iter).flatten().collect();
    let beyond = if forecast.is_empty() {
        average_daily_demand?
    } else {
        forecast.iter().sum::<f64>() / forecast.len() as f64
    };
    let start = start_date.map_or(first_day, |date| date.to_pg_epoch_days());
    let offset = i64::from(first_day) - i64::from(start);
    let mut demand: Vec<f64> = (offset..)
        .take(days)
        .map(|place| {
            let within = usize::try_from(place)
                .ok()
                .and_then(|place| forecast.get(place));
            within.copied().unwrap_or(beyond)
        })
        .collect();
    let dates = override_dates.iter().flat_map(Array::iter).flatten();
    let quantities = override_quantities.iter().flat_map(Array::iter).flatten();
    for (date, quantity) in dates.zip(quantities) {
        let place = i64::from(date.to_pg_epoch_days()) - i64::from(first_day);
        if let Some(day) = usize::try_from(place)
            .ok()
            .and_then(|place| demand.get_mut(place))
        {
            *day = quantity;
        }
    }
    Some(demand)
}

/// Demand of the first `days` days of a plan.
#[pg_extern(immutable, strict, parallel_safe, cost = 10)]
fn demand_within(daily_demand: Array<'_, f64>, days: i32) -> f64 {
    let days = usize::try_from(days).unwrap_or(0);
    daily_demand.iter().flatten().take(days).sum()
}

extension_sql_file!(
    "../sql/functions/demand_aggregates.sql",
    name = "demand_aggregates",
    requires = [
        demand_accum,
        demand_combine,
        demand_serialize,
        demand_deserialize,
        demand_pack
    ]
);

#[cfg(test)]
mod tests {
    use super::*;

    fn recorded(days: &[(i32, f64)]) -> Recorded {
        Recorded {
            days: days.to_vec(),
        }
        .sorted()
    }

    #[test]
    fn days_without_a_row_count_as_zero() {
        let series = recorded(&[(3, 5.0), (1, 2.0)]);
        assert_eq!(series.daily(4, Missing::Zero), Ok(vec![2.0, 0.0, 5.0, 0.0]));
    }

    #[test]
    fn interpolates_between_neighbours_only() {
        let series = recorded(&[(1, 2.0), (4, 8.0)]);
        let expected = Ok(vec![2.0, 4.0, 6.0, 8.0, 0.0]);
        assert_eq!(series.daily(5, Missing::Interpolate), expected);
    }

    #[test]
    fn rows_of_one_day_add_up_in_any_order() {
        let one = recorded(&[(1, 0.1), (1, 0.2), (1, 0.3), (2, 1.0)]);
        let other = recorded(&[(2, 1.0), (1, 0.3), (1, 0.1), (1, 0.2)]);
        assert_eq!(one, other);
        assert_eq!(one.days.len(), 2);
    }

    #[test]
    fn bytes_bring_the_series_back() {
        let series = recorded(&[(-400, 1.5), (0, 0.0), (9_000, 1e12)]);
        assert_eq!(Recorded::from_bytes(&series.to_bytes()), Ok(series));
    }

    #[test]
    fn damaged_bytes_are_refused() {
        assert!(Recorded::from_bytes(&[1, 2, 3]).is_err());
    }

    #[test]
    fn a_span_beyond_the_limit_is_refused_before_it_is_allocated() {
        let series = recorded(&[(0, 1.0), (i32::MAX - 1, 1.0)]);
        assert!(series.daily(i32::MAX - 1, Missing::Zero).is_err());
    }
}
