//! How urgent a replenishment is: the one rule used by every function, view and job.
//!
//! 1. nothing available (available ≤ 0): CRITICAL;
//! 2. stock runs out within the vendor's lead time, so that not even an order placed now arrives
//!    before: HIGH;
//! 3. available below the safety stock: MEDIUM;
//! 4. otherwise: LOW.
//!
//! ```
//! use inventory::{Urgency, replenishment_urgency};
//! assert_eq!(replenishment_urgency(40.0, 50.0, 200.0, Some(3.0), 14.0)?, Urgency::High);
//! assert_eq!(Urgency::High.to_string(), "HIGH");
//! # Ok::<(), inventory::Error>(())
//! ```

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Error, check};

/// Urgency of a replenishment; the most urgent sorts first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Urgency {
    /// Nothing is available.
    Critical,
    /// Stock runs out before an order placed now can arrive.
    High,
    /// Stock is below the safety stock.
    Medium,
    /// Stock suffices.
    Low,
}

impl Urgency {
    /// All levels, most urgent first.
    pub const ALL: [Self; 4] = [Self::Critical, Self::High, Self::Medium, Self::Low];

    /// The name in SQL: capitals.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Critical => "CRITICAL",
            Self::High => "HIGH",
            Self::Medium => "MEDIUM",
            Self::Low => "LOW",
        }
    }
}

impl fmt::Display for Urgency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Urgency {
    type Err = Error;

    /// Any case is accepted.
    fn from_str(text: &str) -> Result<Self, Error> {
        Self::ALL
            .into_iter()
            .find(|urgency| urgency.as_str().eq_ignore_ascii_case(text))
            .ok_or_else(|| Error::UnknownName {
                name: "urgency level",
                value: text.to_owned(),
                expected: "CRITICAL, HIGH, MEDIUM, LOW",
            })
    }
}

/// Urgency from stock in units and times in days.
///
/// `days_until_stockout` is `None` when the projection shows none. The reorder point decides whether
/// to order at all, not how urgently: it is checked, and changes nothing here.
///
/// # Errors
/// NaN or infinity anywhere; a negative safety stock, lead time or number of days.
pub fn replenishment_urgency(
    current_available: f64,
    safety_stock: f64,
    reorder_point: f64,
    days_until_stockout: Option<f64>,
    vendor_lead_time_days: f64,
) -> Result<Urgency, Error> {
    check::finite("available quantity", current_available)?;
    check::non_negative("safety stock", safety_stock)?;
    check::finite("reorder point", reorder_point)?;
    check::non_negative("vendor lead time", vendor_lead_time_days)?;
    let days = days_until_stockout
        .map(|days| check::non_negative("days until stockout", days))
        .transpose()?;

    Ok(if current_available <= 0.0 {
        Urgency::Critical
    } else if days.is_some_and(|days| days <= vendor_lead_time_days) {
        Urgency::High
    } else if current_available < safety_stock {
        Urgency::Medium
    } else {
        Urgency::Low
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_the_one_rule() {
        let urgency =
            |available, days| replenishment_urgency(available, 50.0, 200.0, days, 14.0).unwrap();
        assert_eq!(urgency(0.0, None), Urgency::Critical);
        assert_eq!(urgency(-5.0, Some(0.0)), Urgency::Critical);
        assert_eq!(urgency(500.0, Some(14.0)), Urgency::High);
        assert_eq!(urgency(49.0, Some(15.0)), Urgency::Medium);
        assert_eq!(urgency(50.0, Some(15.0)), Urgency::Low);
        assert_eq!(urgency(50.0, None), Urgency::Low);
    }

    #[test]
    fn most_urgent_sorts_first() {
        let mut levels = [
            Urgency::Low,
            Urgency::Critical,
            Urgency::Medium,
            Urgency::High,
        ];
        levels.sort();
        assert_eq!(levels, Urgency::ALL);
    }

    #[test]
    fn names_are_read_back() {
        for urgency in Urgency::ALL {
            assert_eq!(urgency.to_string().to_lowercase().parse(), Ok(urgency));
        }
        assert!("URGENT".parse::<Urgency>().is_err());
    }

    #[test]
    fn refuses_nan_and_negative_times() {
        assert!(replenishment_urgency(f64::NAN, 1.0, 1.0, None, 1.0).is_err());
        assert!(replenishment_urgency(1.0, -1.0, 1.0, None, 1.0).is_err());
        assert!(replenishment_urgency(1.0, 1.0, f64::INFINITY, None, 1.0).is_err());
        assert!(replenishment_urgency(1.0, 1.0, 1.0, Some(-1.0), 1.0).is_err());
        assert!(replenishment_urgency(1.0, 1.0, 1.0, Some(f64::NAN), 1.0).is_err());
        assert!(replenishment_urgency(1.0, 1.0, 1.0, None, -1.0).is_err());
    }
}
