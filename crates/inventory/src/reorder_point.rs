//! Reorder point: the inventory position at which to order.
//!
//! r = d · L + safety stock, with d the mean demand of a day and L the lead time in days
//! (Silver, Pyke and Thomas, 2017, chapter 6). Where a forecast is at hand its sum over the lead
//! time takes the place of d · L: pass it as one day's demand and a lead time of 1.
//!
//! ```
//! assert_eq!(inventory::reorder_point(100.0, 4.0, 65.0)?, 465.0);
//! # Ok::<(), inventory::Error>(())
//! ```

use crate::{Error, check};

/// Reorder point, units: demand of the lead time plus the safety stock.
///
/// # Errors
/// A negative, infinite or NaN argument, or a result beyond the range of a double.
pub fn reorder_point(
    avg_daily_demand: f64,
    lead_time_days: f64,
    safety_stock: f64,
) -> Result<f64, Error> {
    let demand = check::non_negative("average daily demand", avg_daily_demand)?;
    let lead_time = check::non_negative("lead time", lead_time_days)?;
    let safety_stock = check::non_negative("safety stock", safety_stock)?;
    check::representable("reorder point", demand.mul_add(lead_time, safety_stock))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_lead_time_is_the_safety_stock() {
        assert_eq!(reorder_point(100.0, 0.0, 7.0), Ok(7.0));
    }

    #[test]
    fn refuses_what_is_out_of_range() {
        assert!(reorder_point(-1.0, 4.0, 0.0).is_err());
        assert!(reorder_point(1.0, f64::NAN, 0.0).is_err());
        assert!(reorder_point(1.0, 4.0, -1.0).is_err());
        assert_eq!(
            reorder_point(f64::MAX, 4.0, 0.0),
            Err(Error::TooLarge {
                name: "reorder point"
            })
        );
    }
}
