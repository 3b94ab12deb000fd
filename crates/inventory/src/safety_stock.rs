//! Safety stock from the variability of demand and of the lead time.
//!
//! With daily demand of mean d and standard deviation σd, a lead time of mean L days and standard
//! deviation σL, and z the standard normal quantile of the cycle service level:
//!
//! | method | quantity |
//! |---|---|
//! | `basic` | d · [`BASIC_DAYS_OF_SUPPLY`] |
//! | `demand_variability` | z · σd · √L |
//! | `lead_time_variability` | z · d · σL |
//! | `combined` | z · √(L · σd² + d² · σL²) |
//!
//! `auto` looks at the coefficients of variation σd / d and σL / L. Above its threshold
//! ([`DEMAND_CV_THRESHOLD`], [`LEAD_TIME_CV_THRESHOLD`]) a source counts as variable: both variable
//! takes `combined`, one variable takes that one's formula, none takes `basic`.
//!
//! Source: P. L. King, "Crack the code: understanding safety stock and mastering its equations",
//! APICS Magazine (2011); E. A. Silver, D. F. Pyke and D. J. Thomas, "Inventory and Production
//! Management in Supply Chains" (2017), chapter 6.
//!
//! Limits: demand over the lead time is taken as normal, days and lead times as independent; for
//! skewed and intermittent demand see [`crate::fill_rate::safety_stock_by_law`]. A service level
//! below 0.5 asks for less than the mean demand; the quantity is then 0, never negative.
//!
//! ```
//! use inventory::{SafetyStockInput, SafetyStockMethod, safety_stock};
//! let input = SafetyStockInput {
//!     avg_daily_demand: 50.0,
//!     demand_std_dev: 15.0,
//!     lead_time_days: 9.0,
//!     lead_time_std_dev: 2.0,
//!     service_level: 0.975,
//! };
//! let answer = safety_stock(&input, SafetyStockMethod::Auto)?;
//! assert_eq!(answer.method, SafetyStockMethod::Combined);
//! assert!((answer.quantity - 214.926830).abs() < 1e-6);
//! # Ok::<(), inventory::Error>(())
//! ```

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Error, check, service_level_z};

/// Demand above this coefficient of variation counts as variable (the origin's figure).
pub const DEMAND_CV_THRESHOLD: f64 = 0.2;

/// A lead time above this coefficient of variation counts as variable (the origin's figure).
pub const LEAD_TIME_CV_THRESHOLD: f64 = 0.1;

/// Days of average demand that `basic` holds: one week covers every weekday's pattern once and a
/// delivery that slips over a weekend.
pub const BASIC_DAYS_OF_SUPPLY: f64 = 7.0;

/// Which formula gives the safety stock; see the module's table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SafetyStockMethod {
    /// Choose by the coefficients of variation.
    Auto,
    /// Days of supply.
    Basic,
    /// Demand varies, the lead time is fixed.
    DemandVariability,
    /// The lead time varies, demand is steady.
    LeadTimeVariability,
    /// Both vary (King's formula).
    Combined,
}

impl SafetyStockMethod {
    const NAMES: [(&'static str, Self); 5] = [
        ("auto", Self::Auto),
        ("basic", Self::Basic),
        ("demand_variability", Self::DemandVariability),
        ("lead_time_variability", Self::LeadTimeVariability),
        ("combined", Self::Combined),
    ];

    /// The name in SQL: lower case with underscores.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Basic => "basic",
            Self::DemandVariability => "demand_variability",
            Self::LeadTimeVariability => "lead_time_variability",
            Self::Combined => "combined",
        }
    }
}

impl fmt::Display for SafetyStockMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for SafetyStockMethod {
    type Err = Error;

    /// Any case is accepted.
    fn from_str(text: &str) -> Result<Self, Error> {
        Self::NAMES
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(text))
            .map(|&(_, method)| method)
            .ok_or_else(|| Error::UnknownName {
                name: "safety stock method",
                value: text.to_owned(),
                expected: "auto, basic, demand_variability, lead_time_variability, combined",
            })
    }
}

/// What the formulas know about a material.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SafetyStockInput {
    /// Mean demand of a day, units.
    pub avg_daily_demand: f64,
    /// Standard deviation of a day's demand, units.
    pub demand_std_dev: f64,
    /// Mean lead time, days.
    pub lead_time_days: f64,
    /// Standard deviation of the lead time, days.
    pub lead_time_std_dev: f64,
    /// Probability of no stock-out in a replenishment cycle, between 0 and 1.
    pub service_level: f64,
}

/// A safety stock with the formula that gave it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SafetyStock {
    /// Units to hold, zero or more.
    pub quantity: f64,
    /// The formula used, never [`SafetyStockMethod::Auto`].
    pub method: SafetyStockMethod,
    /// Standard normal quantile of the service level (`basic` does not use it).
    pub z_score: f64,
}

/// Safety stock of a material, units.
///
/// # Errors
/// A negative, infinite or NaN argument, a service level outside (0, 1), or a result beyond the
/// range of a double.
pub fn safety_stock(
    input: &SafetyStockInput,
    method: SafetyStockMethod,
) -> Result<SafetyStock, Error> {
    let demand = check::non_negative("average daily demand", input.avg_daily_demand)?;
    let demand_sd = check::non_negative("demand standard deviation", input.demand_std_dev)?;
    let lead_time = check::non_negative("lead time", input.lead_time_days)?;
    let lead_time_sd =
        check::non_negative("lead time standard deviation", input.lead_time_std_dev)?;
    let z_score = service_level_z(input.service_level)?;

    let method = match method {
        SafetyStockMethod::Auto => choose_method(input),
        chosen => chosen,
    };
    let from_demand = demand_sd * lead_time.sqrt();
    let from_lead_time = demand * lead_time_sd;
    let quantity = match method {
        SafetyStockMethod::Auto | SafetyStockMethod::Combined => {
            z_score * from_demand.hypot(from_lead_time)
        }
        SafetyStockMethod::Basic => demand * BASIC_DAYS_OF_SUPPLY,
        SafetyStockMethod::DemandVariability => z_score * from_demand,
        SafetyStockMethod::LeadTimeVariability => z_score * from_lead_time,
    };
    // Adding 0.0 turns a negative zero into a plain one.
    let quantity = check::representable("safety stock", quantity.max(0.0) + 0.0)?;
    Ok(SafetyStock {
        quantity,
        method,
        z_score,
    })
}

/// The rule of `auto`. Products instead of quotients, so that a mean of zero needs no special case:
/// any spread around a zero mean counts as variable.
fn choose_method(input: &SafetyStockInput) -> SafetyStockMethod {
    let demand_varies = input.demand_std_dev > DEMAND_CV_THRESHOLD * input.avg_daily_demand;
    let lead_time_varies = input.lead_time_std_dev > LEAD_TIME_CV_THRESHOLD * input.lead_time_days;
    match (demand_varies, lead_time_varies) {
        (true, true) => SafetyStockMethod::Combined,
        (true, false) => SafetyStockMethod::DemandVariability,
        (false, true) => SafetyStockMethod::LeadTimeVariability,
        (false, false) => SafetyStockMethod::Basic,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn input(demand_sd: f64, lead_time_sd: f64) -> SafetyStockInput {
        SafetyStockInput {
            avg_daily_demand: 100.0,
            demand_std_dev: demand_sd,
            lead_time_days: 4.0,
            lead_time_std_dev: lead_time_sd,
            service_level: 0.95,
        }
    }

    #[test]
    fn auto_takes_the_formula_of_what_varies() {
        let chosen = |sd, lead_sd| {
            safety_stock(&input(sd, lead_sd), SafetyStockMethod::Auto).map(|s| s.method)
        };
        assert_eq!(chosen(20.0, 0.4), Ok(SafetyStockMethod::Basic));
        assert_eq!(chosen(20.1, 0.4), Ok(SafetyStockMethod::DemandVariability));
        assert_eq!(
            chosen(20.0, 0.5),
            Ok(SafetyStockMethod::LeadTimeVariability)
        );
        assert_eq!(chosen(20.1, 0.5), Ok(SafetyStockMethod::Combined));
    }

    #[test]
    fn basic_is_a_week_of_demand() {
        let answer = safety_stock(&input(20.0, 0.0), SafetyStockMethod::Basic).unwrap();
        assert_eq!(answer.quantity, 700.0);
    }

    #[test]
    fn combined_contains_the_other_two() {
        let quantity =
            |method, sd, lead_sd| safety_stock(&input(sd, lead_sd), method).unwrap().quantity;
        let (combined, demand, lead_time) = (
            SafetyStockMethod::Combined,
            SafetyStockMethod::DemandVariability,
            SafetyStockMethod::LeadTimeVariability,
        );
        assert_eq!(quantity(combined, 20.0, 0.0), quantity(demand, 20.0, 3.0));
        assert_eq!(quantity(combined, 0.0, 2.0), quantity(lead_time, 50.0, 2.0));
    }

    #[test]
    fn never_falls_below_zero() {
        let low = SafetyStockInput {
            service_level: 0.3,
            ..input(30.0, 1.0)
        };
        let answer = safety_stock(&low, SafetyStockMethod::Combined).unwrap();
        assert_eq!(answer.quantity, 0.0);
        assert!(answer.z_score < 0.0);
    }

    #[test]
    fn no_demand_needs_no_stock() {
        let none = SafetyStockInput {
            avg_daily_demand: 0.0,
            ..input(0.0, 1.0)
        };
        assert_eq!(
            safety_stock(&none, SafetyStockMethod::Auto)
                .unwrap()
                .quantity,
            0.0
        );
    }

    #[test]
    fn refuses_what_is_out_of_range() {
        let refusal = |input| {
            safety_stock(&input, SafetyStockMethod::Auto)
                .unwrap_err()
                .to_string()
        };
        let good = input(20.0, 0.0);
        assert_eq!(
            refusal(SafetyStockInput {
                lead_time_days: -3.0,
                ..good
            }),
            "lead time must be zero or more, not -3"
        );
        assert_eq!(
            refusal(SafetyStockInput {
                demand_std_dev: f64::NAN,
                ..good
            }),
            "demand standard deviation must be a finite number, not NaN"
        );
        assert_eq!(
            refusal(SafetyStockInput {
                service_level: 1.0,
                ..good
            }),
            "service level must lie between 0 and 1, not 1"
        );
        assert_eq!(
            refusal(SafetyStockInput {
                avg_daily_demand: f64::MAX,
                ..good
            }),
            "safety stock is too large to be computed from these values"
        );
    }

    #[test]
    fn names_are_read_in_any_case_and_written_in_lower_case() {
        for (name, method) in SafetyStockMethod::NAMES {
            assert_eq!(name.to_uppercase().parse(), Ok(method));
            assert_eq!(method.to_string(), name);
        }
        let error = "kings".parse::<SafetyStockMethod>().unwrap_err();
        assert_eq!(error.to_string(), "unknown safety stock method \"kings\"");
        assert!(error.detail().unwrap().contains("combined"));
    }

    proptest! {
        #[test]
        fn more_service_never_needs_less_stock(
            d in 0.0..1e4f64, sd in 0.0..1e3f64, lead in 0.0..100.0f64, lead_sd in 0.0..20.0f64,
            level in 0.01..0.99f64, more in 0.0..0.009f64,
        ) {
            let at = |service_level, method| {
                let input = SafetyStockInput {
                    avg_daily_demand: d,
                    demand_std_dev: sd,
                    lead_time_days: lead,
                    lead_time_std_dev: lead_sd,
                    service_level,
                };
                safety_stock(&input, method).unwrap().quantity
            };
            for (_, method) in SafetyStockMethod::NAMES {
                prop_assert!(at(level + more, method) >= at(level, method));
                prop_assert!(at(level, method) >= 0.0);
            }
        }

        #[test]
        fn stock_is_measured_in_the_unit_of_demand(
            d in 0.1..1e4f64, sd in 0.0..1e3f64, lead_sd in 0.0..20.0f64, unit in 0.01..100.0f64,
        ) {
            let at = |unit: f64, method| {
                let input = SafetyStockInput {
                    avg_daily_demand: d * unit,
                    demand_std_dev: sd * unit,
                    ..input(0.0, lead_sd)
                };
                safety_stock(&input, method).unwrap().quantity
            };
            for method in [SafetyStockMethod::Basic, SafetyStockMethod::Combined] {
                let (one, other) = (at(1.0, method) * unit, at(unit, method));
                prop_assert!((one - other).abs() <= 1e-9 * (one + 1.0));
            }
        }
    }
}
