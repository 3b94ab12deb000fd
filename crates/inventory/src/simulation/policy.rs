//! The three policies, and the levels that a service level gives them.

use serde::{Deserialize, Serialize};

use crate::{DemandLaw, Error, check};

/// When to order and how much; quantities in units.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "policy", rename_all = "snake_case")]
pub enum Policy {
    /// (s, Q): at a position of s or less, as many lots of Q as lift it above s.
    ReorderPoint {
        /// s.
        reorder_point: f64,
        /// Q.
        order_quantity: f64,
    },
    /// (s, S): at a position of s or less, up to S.
    MinMax {
        /// s.
        reorder_point: f64,
        /// S.
        order_up_to_level: f64,
    },
    /// (R, S): every R days, starting with the first, up to S.
    PeriodicReview {
        /// R.
        review_period_days: usize,
        /// S.
        order_up_to_level: f64,
    },
}

impl Policy {
    /// (s, Q) for a cycle service level, from the law of the demand over the lead time.
    ///
    /// # Errors
    /// A service level outside (0, 1).
    pub fn reorder_point_at(
        service_level: f64,
        lead_time_demand: &DemandLaw,
        order_quantity: f64,
    ) -> Result<Self, Error> {
        let reorder_point = lead_time_demand.quantile(service_level)?;
        Ok(Self::ReorderPoint {
            reorder_point,
            order_quantity,
        })
    }

    /// (s, S) for a cycle service level: S lies `order_quantity` above s.
    ///
    /// # Errors
    /// A service level outside (0, 1).
    pub fn min_max_at(
        service_level: f64,
        lead_time_demand: &DemandLaw,
        order_quantity: f64,
    ) -> Result<Self, Error> {
        let reorder_point = lead_time_demand.quantile(service_level)?;
        Ok(Self::MinMax {
            reorder_point,
            order_up_to_level: reorder_point + order_quantity,
        })
    }

    /// (R, S) for a cycle service level, from the law of the demand over review period plus lead
    /// time.
    ///
    /// # Errors
    /// A service level outside (0, 1).
    pub fn periodic_review_at(
        service_level: f64,
        protection_demand: &DemandLaw,
        review_period_days: usize,
    ) -> Result<Self, Error> {
        let order_up_to_level = protection_demand.quantile(service_level)?;
        Ok(Self::PeriodicReview {
            review_period_days,
            order_up_to_level,
        })
    }

    /// The quantity to order at the end of a day, 0 for none.
    pub(super) fn need(&self, day: usize, position: f64) -> f64 {
        match *self {
            Self::ReorderPoint {
                reorder_point,
                order_quantity,
            } => {
                if position > reorder_point {
                    return 0.0;
                }
                (((reorder_point - position) / order_quantity).floor() + 1.0) * order_quantity
            }
            Self::MinMax {
                reorder_point,
                order_up_to_level,
            } => {
                if position > reorder_point {
                    0.0
                } else {
                    order_up_to_level - position
                }
            }
            Self::PeriodicReview {
                review_period_days,
                order_up_to_level,
            } => {
                if day.is_multiple_of(review_period_days) {
                    (order_up_to_level - position).max(0.0)
                } else {
                    0.0
                }
            }
        }
    }

    /// The position right after an order that was placed in time.
    pub(super) fn highest_position(&self) -> f64 {
        match *self {
            Self::ReorderPoint {
                reorder_point,
                order_quantity,
            } => reorder_point + order_quantity,
            Self::MinMax {
                order_up_to_level, ..
            }
            | Self::PeriodicReview {
                order_up_to_level, ..
            } => order_up_to_level,
        }
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        match *self {
            Self::ReorderPoint {
                reorder_point,
                order_quantity,
            } => {
                check::finite("reorder point", reorder_point)?;
                check::positive("order quantity", order_quantity)?;
            }
            Self::MinMax {
                reorder_point,
                order_up_to_level,
            } => {
                check::finite("reorder point", reorder_point)?;
                check::finite("order-up-to level", order_up_to_level)?;
                if order_up_to_level < reorder_point {
                    return Err(Error::Below {
                        name: "order-up-to level",
                        value: order_up_to_level,
                        other_name: "the reorder point",
                        other: reorder_point,
                    });
                }
            }
            Self::PeriodicReview {
                review_period_days,
                order_up_to_level,
            } => {
                check::positive("review period", review_period_days as f64)?;
                check::finite("order-up-to level", order_up_to_level)?;
            }
        }
        Ok(())
    }
}
