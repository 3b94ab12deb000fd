//! Order dates over a working calendar.
//!
//! Days are whole numbers on any scale (days since some epoch); the calendar is the set of days on
//! which nobody orders or receives: weekends and holidays alike. Both the delivery and the order
//! fall on working days, never later than needed:
//!
//! - delivery = last working day on or before the need;
//! - order = the lead time before the delivery. In calendar days: last working day on or before
//!   delivery − lead time. In working days: the working day with exactly that many working days
//!   after it up to the delivery.
//!
//! Source: the backward scheduling of J. Orlicky, "Material Requirements Planning" (1975). Limits:
//! one calendar; a search ends after [`MAX_SEARCH_DAYS`] days without enough working days.
//!
//! ```
//! use std::collections::BTreeSet;
//! use inventory::calendar::{LeadTimeUnit, order_dates};
//! // Day 0 is a Monday: 5 and 6 are a weekend, 7 a holiday.
//! let closed = BTreeSet::from([5, 6, 7, 12, 13]);
//! let dates = order_dates(7, 2, LeadTimeUnit::Working, &closed)?;
//! assert_eq!((dates.order_day, dates.delivery_day), (2, 4));
//! # Ok::<(), inventory::Error>(())
//! ```

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::Error;

/// Days a search goes back: fifty years, more than any lead time.
pub const MAX_SEARCH_DAYS: usize = 18_300;

/// How a lead time is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LeadTimeUnit {
    /// Every day counts: goods travel over the weekend.
    #[default]
    Calendar,
    /// Working days only.
    Working,
}

/// When to order and when the goods arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderDates {
    /// Latest working day to place the order.
    pub order_day: i64,
    /// Working day of the delivery, on or before the need.
    pub delivery_day: i64,
}

/// Latest order and delivery days for a need on `need_day`.
///
/// # Errors
/// A lead time beyond [`MAX_SEARCH_DAYS`], or too few working days within them.
pub fn order_dates(
    need_day: i64,
    lead_time_days: usize,
    unit: LeadTimeUnit,
    non_working: &BTreeSet<i64>,
) -> Result<OrderDates, Error> {
    if lead_time_days > MAX_SEARCH_DAYS {
        return Err(Error::OutOfRange {
            name: "lead time",
            low: 0.0,
            high: MAX_SEARCH_DAYS as f64,
            value: lead_time_days as f64,
        });
    }
    let delivery_day = nth_working_day_back(need_day, 0, non_working)?;
    let order_day = match unit {
        LeadTimeUnit::Working => nth_working_day_back(delivery_day, lead_time_days, non_working)?,
        LeadTimeUnit::Calendar => {
            let day = delivery_day.saturating_sub_unsigned(lead_time_days as u64);
            nth_working_day_back(day, 0, non_working)?
        }
    };
    Ok(OrderDates {
        order_day,
        delivery_day,
    })
}

/// First working day on or after `day`: when an order that is due on a holiday is placed at the
/// earliest.
///
/// # Errors
/// No working day within [`MAX_SEARCH_DAYS`].
pub fn next_working_day(day: i64, non_working: &BTreeSet<i64>) -> Result<i64, Error> {
    (0..MAX_SEARCH_DAYS as u64)
        .map_while(|ahead| day.checked_add_unsigned(ahead))
        .find(|day| !non_working.contains(day))
        .ok_or(NO_WORKING_DAY)
}

/// The working day on which an order placed on `order_day` arrives.
///
/// # Errors
/// No working day within [`MAX_SEARCH_DAYS`].
pub fn delivery_day(
    order_day: i64,
    lead_time_days: usize,
    unit: LeadTimeUnit,
    non_working: &BTreeSet<i64>,
) -> Result<i64, Error> {
    match unit {
        LeadTimeUnit::Calendar => {
            let arrival = order_day.checked_add_unsigned(lead_time_days as u64);
            next_working_day(arrival.ok_or(NO_WORKING_DAY)?, non_working)
        }
        // Whatever came in as a lead time, the search ends.
        LeadTimeUnit::Working if lead_time_days > MAX_SEARCH_DAYS => Err(NO_WORKING_DAY),
        LeadTimeUnit::Working => (0..lead_time_days).try_fold(order_day, |day, _| {
            let next = day.checked_add(1).ok_or(NO_WORKING_DAY)?;
            next_working_day(next, non_working)
        }),
    }
}

const NO_WORKING_DAY: Error = Error::NotFound {
    name: "working day",
    limit: MAX_SEARCH_DAYS,
};

/// The working day on or before `day` that has `n` working days after it up to `day`.
fn nth_working_day_back(day: i64, n: usize, non_working: &BTreeSet<i64>) -> Result<i64, Error> {
    (0..2 * MAX_SEARCH_DAYS as u64)
        .map_while(|back| day.checked_sub_unsigned(back))
        .filter(|day| !non_working.contains(day))
        .nth(n)
        .ok_or(NO_WORKING_DAY)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Saturdays and Sundays of a year; day 0 is a Monday.
    fn weekends() -> BTreeSet<i64> {
        (-370..370)
            .filter(|day: &i64| day.rem_euclid(7) >= 5)
            .collect()
    }

    #[test]
    fn a_lead_time_beyond_all_reason_is_refused_at_once() {
        let arrival = delivery_day(0, usize::MAX, LeadTimeUnit::Working, &BTreeSet::new());
        assert!(arrival.is_err());
    }

    #[test]
    fn a_delivery_waits_for_a_working_day() {
        let day = |unit, days| delivery_day(1, days, unit, &weekends()).unwrap();
        assert_eq!(day(LeadTimeUnit::Calendar, 4), 7);
        assert_eq!(day(LeadTimeUnit::Working, 4), 7);
        assert_eq!(day(LeadTimeUnit::Working, 3), 4);
        assert_eq!(day(LeadTimeUnit::Calendar, 0), 1);
    }

    #[test]
    fn calendar_days_pass_over_the_weekend() {
        // Needed on Sunday, delivered on Friday, three days before is Tuesday.
        let dates = order_dates(6, 3, LeadTimeUnit::Calendar, &weekends()).unwrap();
        assert_eq!(
            dates,
            OrderDates {
                order_day: 1,
                delivery_day: 4
            }
        );
        // Wednesday less three days is Sunday: order on Friday.
        let dates = order_dates(9, 3, LeadTimeUnit::Calendar, &weekends()).unwrap();
        assert_eq!(
            dates,
            OrderDates {
                order_day: 4,
                delivery_day: 9
            }
        );
    }

    #[test]
    fn working_days_skip_the_weekend() {
        let dates = order_dates(9, 3, LeadTimeUnit::Working, &weekends()).unwrap();
        assert_eq!(
            dates,
            OrderDates {
                order_day: 4,
                delivery_day: 9
            }
        );
        let dates = order_dates(9, 10, LeadTimeUnit::Working, &weekends()).unwrap();
        assert_eq!(dates.order_day, -5);
    }

    #[test]
    fn an_empty_calendar_works_every_day() {
        for unit in [LeadTimeUnit::Calendar, LeadTimeUnit::Working] {
            let dates = order_dates(100, 14, unit, &BTreeSet::new()).unwrap();
            assert_eq!(
                dates,
                OrderDates {
                    order_day: 86,
                    delivery_day: 100
                }
            );
        }
    }

    #[test]
    fn the_longest_lead_time_passes_over_its_weekends() {
        let weekends: BTreeSet<i64> = (-30_000..1_i64)
            .filter(|day| day.rem_euclid(7) >= 5)
            .collect();
        let dates = order_dates(0, MAX_SEARCH_DAYS, LeadTimeUnit::Working, &weekends).unwrap();
        // Five working days are seven days.
        assert_eq!(dates.order_day, -(MAX_SEARCH_DAYS as i64) * 7 / 5);
    }

    #[test]
    fn the_next_working_day_is_found() {
        assert_eq!(next_working_day(4, &weekends()), Ok(4));
        assert_eq!(next_working_day(5, &weekends()), Ok(7));
    }

    #[test]
    fn gives_up_on_a_calendar_without_working_days() {
        let never: BTreeSet<i64> = (-40_000..40_000).collect();
        assert_eq!(next_working_day(0, &never), Err(NO_WORKING_DAY));
        assert_eq!(
            order_dates(0, 1, LeadTimeUnit::Working, &never),
            Err(NO_WORKING_DAY)
        );
        let none = BTreeSet::new();
        assert!(order_dates(0, usize::MAX, LeadTimeUnit::Calendar, &none).is_err());
        assert!(order_dates(i64::MIN, 5, LeadTimeUnit::Working, &none).is_err());
        assert_eq!(next_working_day(i64::MAX, &none), Ok(i64::MAX));
    }

    proptest! {
        #[test]
        fn orders_are_placed_in_time_on_working_days(
            need in -300i64..300, lead_time in 0usize..60,
            holidays in prop::collection::btree_set(-370i64..370, 0..30),
        ) {
            let closed: BTreeSet<i64> = weekends().union(&holidays).copied().collect();
            for unit in [LeadTimeUnit::Calendar, LeadTimeUnit::Working] {
                let dates = order_dates(need, lead_time, unit, &closed).unwrap();
                prop_assert!(!closed.contains(&dates.order_day));
                prop_assert!(!closed.contains(&dates.delivery_day));
                prop_assert!(dates.delivery_day <= need);
                prop_assert!(dates.delivery_day - dates.order_day >= lead_time as i64);
            }
        }
    }
}
