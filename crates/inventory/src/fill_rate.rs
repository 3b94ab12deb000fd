//! Fill rate: the share of demand met from stock (type 2 service), and what it asks of the stock.
//!
//! In a cycle that starts by ordering Q at the reorder point r, expected shortage over the lead
//! time's demand D is n(r) = E[(D − r)⁺], of which n(r + Q) was already short before. So
//!
//! - fill rate = 1 − (n(r) − n(r + Q)) / Q (exact), ≈ 1 − n(r) / Q where Q covers the lead time;
//! - for normal demand n(r) = σ G(k) with r = μ + k σ: the safety factor k solves
//!   σ (G(k) − G(k + Q/σ)) = (1 − β) Q.
//!
//! Source: Silver, Pyke and Thomas (2017), sections 6.7 and 6.9; G. Hadley and T. M. Whitin (1963).
//! Limits: a continuous review that meets r exactly; backordered demand.
//!
//! ```
//! use inventory::fill_rate;
//! let k = fill_rate::safety_factor(0.98, 500.0, 40.0)?;
//! assert!((k - 0.344867).abs() < 1e-6);
//! let service = fill_rate::service_of_reorder_point(450.0, 400.0, 40.0, 500.0)?;
//! assert!((service.cycle_service_level - 0.894350).abs() < 1e-6);
//! # Ok::<(), inventory::Error>(())
//! ```

use serde::{Deserialize, Serialize};

use crate::{DemandLaw, Error, check, loss, normal, solve};

/// What a reorder point achieves with normal demand over the lead time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AchievedService {
    /// (r − μ) / σ.
    pub safety_factor: f64,
    /// Probability of no stock-out in a cycle (type 1 service).
    pub cycle_service_level: f64,
    /// Expected units short in a cycle, n(r).
    pub units_short_per_cycle: f64,
    /// 1 − n(r) / Q, not below 0.
    pub fill_rate: f64,
    /// 1 − (n(r) − n(r + Q)) / Q.
    pub fill_rate_exact: f64,
}

/// Safety factor k for a fill rate by the approximation σ G(k) = (1 − β) Q.
///
/// Below a target that even k = 0 exceeds, k is negative.
///
/// # Errors
/// A fill rate outside (0, 1); an order quantity or spread of zero or less; NaN or infinity.
pub fn safety_factor(fill_rate: f64, order_quantity: f64, std_dev: f64) -> Result<f64, Error> {
    let (short, _) = check_target(fill_rate, order_quantity, std_dev)?;
    solve_factor(short, loss::first_order)
}

/// Safety factor k for a fill rate by the exact equation, which counts no shortage twice.
///
/// # Errors
/// As [`safety_factor`].
pub fn safety_factor_exact(
    fill_rate: f64,
    order_quantity: f64,
    std_dev: f64,
) -> Result<f64, Error> {
    let (short, lot) = check_target(fill_rate, order_quantity, std_dev)?;
    solve_factor(short, |k| loss::first_order(k) - loss::first_order(k + lot))
}

/// Safety stock for a fill rate (exact), units, not below zero.
///
/// # Errors
/// As [`safety_factor`], except that a spread of zero needs no stock.
pub fn safety_stock_for_fill_rate(
    fill_rate: f64,
    order_quantity: f64,
    std_dev: f64,
) -> Result<f64, Error> {
    if std_dev == 0.0 {
        check_target(fill_rate, order_quantity, 1.0)?;
        return Ok(0.0);
    }
    let factor = safety_factor_exact(fill_rate, order_quantity, std_dev)?;
    check::representable("safety stock", (factor * std_dev).max(0.0))
}

/// The smallest reorder point that reaches a fill rate under any demand law of the lead time; whole
/// units for a discrete law, not below zero.
///
/// # Errors
/// A fill rate outside (0, 1), an order quantity of zero or less, or no finite answer.
pub fn reorder_point_for_fill_rate(
    demand: &DemandLaw,
    fill_rate: f64,
    order_quantity: f64,
) -> Result<f64, Error> {
    check_target(fill_rate, order_quantity, 1.0)?;
    let allowed = (1.0 - fill_rate) * order_quantity;
    let excess = |level: f64| {
        // Levels are finite and not negative, so that a loss exists; NaN would end the search.
        let shortage = |x| demand.loss(x).map_or(f64::NAN, |loss| loss.shortage);
        shortage(level) - shortage(level + order_quantity) - allowed
    };
    if demand.is_discrete() {
        return solve::smallest_integer(|level| excess(level as f64) <= 0.0)
            .map(|level| level as f64)
            .ok_or(Error::TooLarge {
                name: "reorder point",
            });
    }
    if excess(0.0) <= 0.0 {
        return Ok(0.0);
    }
    let step = demand.mean().abs().max(order_quantity);
    let high = solve::upper_bracket(excess, 0.0, step).ok_or(Error::TooLarge {
        name: "reorder point",
    })?;
    check::representable("reorder point", solve::decreasing_root(excess, 0.0, high))
}

/// Safety stock for a cycle service level under any demand law of the lead time: the quantile less
/// the mean, units, not below zero.
///
/// # Errors
/// A service level outside (0, 1), or a quantile beyond the range of a double.
pub fn safety_stock_by_law(demand: &DemandLaw, service_level: f64) -> Result<f64, Error> {
    Ok((demand.quantile(service_level)? - demand.mean()).max(0.0))
}

/// Service achieved by a reorder point when the lead time's demand is normal.
///
/// # Errors
/// NaN or infinity; a spread or an order quantity of zero or less.
pub fn service_of_reorder_point(
    reorder_point: f64,
    lead_time_demand: f64,
    std_dev: f64,
    order_quantity: f64,
) -> Result<AchievedService, Error> {
    check::finite("reorder point", reorder_point)?;
    check::finite("lead time demand", lead_time_demand)?;
    let std_dev = check::positive("standard deviation of lead time demand", std_dev)?;
    let quantity = check::positive("order quantity", order_quantity)?;
    let factor = (reorder_point - lead_time_demand) / std_dev;
    let safety_factor = check::representable("safety factor", factor)?;
    let short = std_dev * loss::first_order(safety_factor);
    let short_before = std_dev * loss::first_order(safety_factor + quantity / std_dev);
    Ok(AchievedService {
        safety_factor,
        cycle_service_level: normal::cdf(safety_factor),
        units_short_per_cycle: check::representable("units short per cycle", short)?,
        fill_rate: (1.0 - short / quantity).max(0.0),
        fill_rate_exact: (1.0 - (short - short_before) / quantity).clamp(0.0, 1.0),
    })
}

/// Checks a target and returns the allowed shortage and the lot in standard deviations.
fn check_target(fill_rate: f64, quantity: f64, std_dev: f64) -> Result<(f64, f64), Error> {
    let fill_rate = check::probability("fill rate", fill_rate)?;
    let quantity = check::positive("order quantity", quantity)?;
    let std_dev = check::positive("standard deviation of lead time demand", std_dev)?;
    let lot = check::representable("order quantity in standard deviations", quantity / std_dev)?;
    Ok(((1.0 - fill_rate) * lot, lot))
}

/// The k at which a decreasing function of k equals `short`.
fn solve_factor(short: f64, shortage: impl Fn(f64) -> f64) -> Result<f64, Error> {
    let excess = |k: f64| shortage(k) - short;
    let failed = Error::TooLarge {
        name: "safety factor",
    };
    // Low side: the mirrored function falls below zero where excess rises above it.
    let low = solve::upper_bracket(|k| -excess(-k), 0.0, 1.0).ok_or(failed.clone())?;
    let high = solve::upper_bracket(excess, 0.0, 1.0).ok_or(failed)?;
    check::representable("safety factor", solve::decreasing_root(excess, -low, high))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn exact_never_asks_for_more() {
        for (beta, quantity, sd) in [(0.98, 500.0, 40.0), (0.95, 100.0, 45.0), (0.5, 10.0, 45.0)] {
            let approximate = safety_factor(beta, quantity, sd).unwrap();
            assert!(safety_factor_exact(beta, quantity, sd).unwrap() <= approximate + 1e-9);
        }
    }

    #[test]
    fn low_targets_give_negative_factors_but_no_negative_stock() {
        assert!(safety_factor(0.5, 500.0, 40.0).unwrap() < 0.0);
        assert_eq!(safety_stock_for_fill_rate(0.5, 500.0, 40.0), Ok(0.0));
        assert_eq!(safety_stock_for_fill_rate(0.99, 500.0, 0.0), Ok(0.0));
    }

    #[test]
    fn laws_agree_with_the_normal_formula() {
        let law = DemandLaw::normal(450.0, 45.0).unwrap();
        let by_law = reorder_point_for_fill_rate(&law, 0.95, 100.0).unwrap();
        let factor = safety_factor_exact(0.95, 100.0, 45.0).unwrap();
        assert!((by_law - (450.0 + 45.0 * factor)).abs() < 1e-6);
    }

    #[test]
    fn safety_stock_by_law_grows_with_skew() {
        let stock = |law: DemandLaw| safety_stock_by_law(&law, 0.99).unwrap();
        let normal = stock(DemandLaw::normal(10.0, 12.0).unwrap());
        let gamma = stock(DemandLaw::gamma(10.0, 12.0).unwrap());
        assert!(gamma > normal);
        assert_eq!(stock(DemandLaw::normal(10.0, 0.0).unwrap()), 0.0);
    }

    #[test]
    fn refuses_what_is_out_of_range() {
        assert_eq!(
            safety_factor(1.0, 1.0, 1.0).unwrap_err().to_string(),
            "fill rate must lie between 0 and 1, not 1"
        );
        assert!(safety_factor(0.9, 0.0, 1.0).is_err());
        assert!(safety_factor_exact(0.9, 1.0, 0.0).is_err());
        assert!(safety_stock_for_fill_rate(0.9, 1.0, f64::NAN).is_err());
        assert!(safety_stock_for_fill_rate(1.1, 1.0, 0.0).is_err());
        assert!(service_of_reorder_point(1.0, 1.0, 0.0, 1.0).is_err());
        assert!(service_of_reorder_point(f64::MAX, -f64::MAX, 1.0, 1.0).is_err());
        let law = DemandLaw::poisson(3.0).unwrap();
        assert!(reorder_point_for_fill_rate(&law, 0.0, 1.0).is_err());
    }

    proptest! {
        #[test]
        fn reorder_points_reach_their_fill_rate(
            mean in 0.5..40.0f64, spread in 0.1..30.0f64, quantity in 1.0..100.0f64,
            beta in 0.3..0.995f64,
        ) {
            for law in [
                DemandLaw::normal(mean, spread).unwrap(),
                DemandLaw::gamma(mean, spread).unwrap(),
                DemandLaw::poisson(mean).unwrap(),
                DemandLaw::negative_binomial(mean, mean + spread).unwrap(),
            ] {
                let level = reorder_point_for_fill_rate(&law, beta, quantity).unwrap();
                let shortage = |x: f64| law.loss(x).unwrap().shortage;
                let achieved = 1.0 - (shortage(level) - shortage(level + quantity)) / quantity;
                prop_assert!(achieved >= beta - 1e-9, "{law:?}");
                let higher = reorder_point_for_fill_rate(&law, beta + 0.004, quantity).unwrap();
                prop_assert!(higher >= level);
            }
        }

        #[test]
        fn factors_rise_with_the_fill_rate(
            beta in 0.01..0.99f64, more in 0.0001..0.009f64, lot in 0.01..100.0f64,
        ) {
            prop_assert!(
                safety_factor_exact(beta + more, lot, 1.0).unwrap()
                    >= safety_factor_exact(beta, lot, 1.0).unwrap()
            );
        }
    }
}
