//! Projected stock, day by day.
//!
//! closing(t) = closing(t − 1) + receipts(t) − demand(t), starting from the available quantity. Day
//! 0 is the first day of the demand forecast. A day's receipts arrive before its demand. Demand that
//! cannot be met waits: stock goes below zero (a backlog) and later receipts fill it first.
//!
//! The stockout day is the first whose closing stock is below zero, that is, the first day with
//! demand that cannot be met. Stock of exactly zero at closing is no stockout: all demand was met.
//!
//! ```
//! use inventory::{Receipt, project_stock};
//! let receipts = [Receipt { day: 2, quantity: 50.0 }];
//! let projection = project_stock(10.0, &[4.0, 8.0, 4.0], &receipts)?;
//! assert_eq!(projection.closing, [6.0, -2.0, 44.0]);
//! assert_eq!(projection.stockout_day, Some(1));
//! # Ok::<(), inventory::Error>(())
//! ```

use serde::{Deserialize, Serialize};

use crate::{Error, check};

/// Float error of a running sum, relative to all that went into it: a closing stock this close to
/// zero is zero. Covers sums of some ten thousand days with room to spare.
const ZERO_TOLERANCE: f64 = 1e-10;

/// A quantity due on a day.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Receipt {
    /// Days after the first forecast day, which is day 0.
    pub day: usize,
    /// Units, zero or more.
    pub quantity: f64,
}

/// Stock at the end of every day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Projection {
    /// Closing stock, units, one a day of demand; negative is a backlog.
    pub closing: Vec<f64>,
    /// First day whose closing stock is below zero.
    pub stockout_day: Option<usize>,
}

/// Projects stock over the days of `demand`.
///
/// `available` is the stock before day 0 (negative: a backlog). Receipts of one day add up; receipts
/// after the last day of demand are ignored. An overdue receipt belongs on the day on which it is
/// now expected.
///
/// # Errors
/// NaN or infinity, a negative demand or receipt, or stock beyond the range of a double.
pub fn project_stock(
    available: f64,
    demand: &[f64],
    receipts: &[Receipt],
) -> Result<Projection, Error> {
    check::finite("available quantity", available)?;
    let mut due = vec![0.0; demand.len()];
    for receipt in receipts {
        let quantity = check::non_negative("receipt quantity", receipt.quantity)?;
        if let Some(day) = due.get_mut(receipt.day) {
            *day += quantity;
        }
    }

    let mut stock = available;
    let mut moved = available.abs();
    let mut closing = Vec::with_capacity(demand.len());
    for (&demand, &due) in demand.iter().zip(&due) {
        let demand = check::non_negative("demand", demand)?;
        stock += due - demand;
        moved += due + demand;
        check::representable("projected stock", moved)?;
        closing.push(if stock.abs() <= ZERO_TOLERANCE * moved {
            0.0
        } else {
            stock
        });
    }
    let stockout_day = closing.iter().position(|&stock| stock < 0.0);
    Ok(Projection {
        closing,
        stockout_day,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn receipts_arrive_before_the_days_demand() {
        let receipts = [Receipt {
            day: 0,
            quantity: 5.0,
        }];
        let projection = project_stock(0.0, &[5.0], &receipts).unwrap();
        assert_eq!(
            projection,
            Projection {
                closing: vec![0.0],
                stockout_day: None
            }
        );
    }

    #[test]
    fn several_receipts_of_a_day_add_up_and_late_ones_are_ignored() {
        let receipts = [
            Receipt {
                day: 1,
                quantity: 2.0,
            },
            Receipt {
                day: 1,
                quantity: 3.0,
            },
            Receipt {
                day: 2,
                quantity: 100.0,
            },
            Receipt {
                day: usize::MAX,
                quantity: 100.0,
            },
        ];
        let projection = project_stock(1.0, &[1.0, 6.0], &receipts).unwrap();
        assert_eq!(
            projection,
            Projection {
                closing: vec![0.0, -1.0],
                stockout_day: Some(1)
            }
        );
    }

    #[test]
    fn float_error_is_no_stockout() {
        let projection = project_stock(0.3, &[0.1, 0.1, 0.1, 0.1], &[]).unwrap();
        assert_eq!(projection.closing.get(2), Some(&0.0));
        assert_eq!(projection.stockout_day, Some(3));
    }

    #[test]
    fn a_backlog_is_a_stockout_of_the_first_day() {
        assert_eq!(
            project_stock(-1.0, &[0.0, 0.0], &[]).unwrap().stockout_day,
            Some(0)
        );
    }

    #[test]
    fn without_days_there_is_nothing_to_see() {
        let projection = project_stock(
            -1.0,
            &[],
            &[Receipt {
                day: 0,
                quantity: 1.0,
            }],
        )
        .unwrap();
        assert_eq!(
            projection,
            Projection {
                closing: vec![],
                stockout_day: None
            }
        );
    }

    #[test]
    fn refuses_what_is_out_of_range() {
        assert!(project_stock(f64::NAN, &[1.0], &[]).is_err());
        assert!(project_stock(1.0, &[-1.0], &[]).is_err());
        assert!(project_stock(1.0, &[f64::INFINITY], &[]).is_err());
        assert!(
            project_stock(
                1.0,
                &[1.0],
                &[Receipt {
                    day: 0,
                    quantity: -1.0
                }]
            )
            .is_err()
        );
        assert!(
            project_stock(
                1.0,
                &[],
                &[Receipt {
                    day: 9,
                    quantity: f64::NAN
                }]
            )
            .is_err()
        );
        assert_eq!(
            project_stock(0.0, &[f64::MAX, f64::MAX], &[]),
            Err(Error::TooLarge {
                name: "projected stock"
            })
        );
    }

    proptest! {
        #[test]
        fn projection_conserves_quantities(
            available in -1e4..1e4f64,
            demand in prop::collection::vec(0.0..1e3f64, 1..60),
            due in prop::collection::vec((0usize..80, 0.0..1e3f64), 0..20),
        ) {
            let receipts: Vec<_> =
                due.into_iter().map(|(day, quantity)| Receipt { day, quantity }).collect();
            let projection = project_stock(available, &demand, &receipts).unwrap();
            let received: f64 =
                receipts.iter().filter(|r| r.day < demand.len()).map(|r| r.quantity).sum();
            let expected = available + received - demand.iter().sum::<f64>();
            let last = projection.closing.last().copied().unwrap();
            prop_assert_eq!(projection.closing.len(), demand.len());
            prop_assert!((last - expected).abs() < 1e-5);
            match projection.stockout_day {
                Some(day) => prop_assert!(
                    projection.closing[day] < 0.0
                        && projection.closing[..day].iter().all(|&s| s >= 0.0)
                ),
                None => prop_assert!(projection.closing.iter().all(|&s| s >= 0.0)),
            }
        }
    }
}
