//! Newsvendor and base stock: one decision before a period's demand is known.
//!
//! A unit left over costs h, a unit short costs p. The best level S is the quantile of demand at the
//! critical ratio p / (p + h); it costs h · E[(S − D)⁺] + p · E[(D − S)⁺]. For normal demand this is
//! S = μ + z σ and (h + p) φ(z) σ.
//!
//! With a lead time of L periods and a review every period, the same formula over the demand of
//! L + 1 periods gives the base-stock level.
//!
//! Source: F. Y. Edgeworth (1888); K. J. Arrow, T. Harris and J. Marschak (1951); Snyder and Shen
//! (2019), sections 4.3 and 4.4. Limits: no fixed cost of an order; for base stock, independent
//! periods and backordered demand.
//!
//! ```
//! use inventory::{DemandLaw, newsvendor};
//! let answer = newsvendor::newsvendor(&DemandLaw::normal(50.0, 8.0)?, 0.18, 0.7)?;
//! assert!((answer.level - 56.603956).abs() < 1e-6);
//! assert!((answer.cost - 1.997605).abs() < 1e-6);
//! # Ok::<(), inventory::Error>(())
//! ```

use serde::{Deserialize, Serialize};

use crate::{DemandLaw, Error, check};

/// The level to stock for one period.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct StockLevel {
    /// Units to have before the demand.
    pub level: f64,
    /// The service level that balances both costs: p / (p + h).
    pub critical_ratio: f64,
    /// Expected cost of surplus and shortage in a period.
    pub cost: f64,
}

/// Best level for a demand law, whole units for a discrete one.
///
/// # Errors
/// Costs of zero or less, NaN or infinity, or overflow.
pub fn newsvendor(
    demand: &DemandLaw,
    holding_cost: f64,
    shortage_cost: f64,
) -> Result<StockLevel, Error> {
    let holding = check::positive("holding cost", holding_cost)?;
    let shortage = check::positive("shortage cost", shortage_cost)?;
    let critical_ratio = shortage / (shortage + holding);
    let level = demand.quantile(critical_ratio)?;
    let loss = demand.loss(level)?;
    let cost = check::representable("cost", holding * loss.surplus + shortage * loss.shortage)?;
    Ok(StockLevel {
        level,
        critical_ratio,
        cost,
    })
}

/// Base-stock level for normal demand of `mean` and `std_dev` a period and a lead time in periods.
///
/// # Errors
/// As [`newsvendor`]; a negative lead time or spread.
pub fn base_stock(
    mean: f64,
    std_dev: f64,
    lead_time: f64,
    holding_cost: f64,
    shortage_cost: f64,
) -> Result<StockLevel, Error> {
    let periods = check::non_negative("lead time", lead_time)? + 1.0;
    let over_lead_time = DemandLaw::normal(mean * periods, std_dev * periods.sqrt())?;
    newsvendor(&over_lead_time, holding_cost, shortage_cost)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn refuses_costs_without_meaning() {
        let law = DemandLaw::normal(50.0, 8.0).unwrap();
        assert!(newsvendor(&law, 0.0, 1.0).is_err());
        assert!(newsvendor(&law, 1.0, f64::NAN).is_err());
        assert!(base_stock(50.0, 8.0, -1.0, 0.18, 0.7).is_err());
        assert!(base_stock(50.0, -8.0, 1.0, 0.18, 0.7).is_err());
    }

    #[test]
    fn a_ratio_that_rounds_to_one_is_refused() {
        let law = DemandLaw::normal(50.0, 8.0).unwrap();
        assert!(newsvendor(&law, 1e-300, 1e300).is_err());
    }

    proptest! {
        #[test]
        fn no_other_level_is_cheaper(
            mean in 0.5..50.0f64, spread in 0.1..20.0f64, holding in 0.1..10.0f64,
            shortage in 0.1..50.0f64, other in 0.0..150.0f64,
        ) {
            for law in [
                DemandLaw::normal(mean, spread).unwrap(),
                DemandLaw::gamma(mean, spread).unwrap(),
                DemandLaw::poisson(mean).unwrap(),
                DemandLaw::negative_binomial(mean, mean + spread).unwrap(),
            ] {
                let best = newsvendor(&law, holding, shortage).unwrap();
                let loss = law.loss(other).unwrap();
                let cost = holding * loss.surplus + shortage * loss.shortage;
                prop_assert!(best.cost <= cost * (1.0 + 1e-9) + 1e-9);
            }
        }
    }
}
