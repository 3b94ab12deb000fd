//! Min/max (s, S): at every review, a position of s or less is ordered up to S.
//!
//! Exact for whole-unit demand of independent periods: with g(y) the expected cost of surplus and
//! shortage of a period that starts at position y, and m(j) the renewal density of demand,
//!
//! c(s, S) = (K + Σ m(j) g(S − j)) / Σ m(j), both over j = 0 … S − s − 1,
//!
//! which Zheng and Federgruen's search minimises. The power approximation for normal demand of mean
//! μ and standard deviation σ a period is
//!
//! S − s = 1.30 μ^0.494 (K/h)^0.506 (1 + σ²/μ²)^0.116,
//! s = 0.973 μ + σ (0.183 / z + 1.063 − 2.192 z), z = √((S − s) h / (σ p)).
//!
//! Source: Y.-S. Zheng and A. Federgruen, "Finding optimal (s, S) policies is about as simple as
//! evaluating a single policy" (1991); R. Ehrhardt and C. Mosier (1984); Snyder and Shen (2019),
//! section 4.4. Limits: no lead time (pass the demand of lead time plus one period to the power
//! approximation), backordering. The power approximation fits K well above a period's holding cost;
//! Ehrhardt and Mosier's correction for (S − s) / μ < 1.5 is not applied.
//!
//! ```
//! use inventory::{DemandLaw, min_max};
//! let policy = min_max::exact(&DemandLaw::poisson(6.0)?, 1.0, 4.0, 5.0)?;
//! assert_eq!((policy.reorder_point, policy.order_up_to_level), (4.0, 10.0));
//! assert!((policy.cost - 8.034112).abs() < 1e-6);
//! # Ok::<(), inventory::Error>(())
//! ```

use serde::{Deserialize, Serialize};

use crate::{DemandLaw, Error, check};

/// S − s beyond this many units is not searched: time grows with its square (5,000: about 0.1 s).
const MAX_SEARCH: usize = 5_000;

/// A reorder point s with its order-up-to level S.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MinMaxPolicy {
    /// s: order at a position of s or less, units.
    pub reorder_point: f64,
    /// S: the position to order up to, units.
    pub order_up_to_level: f64,
    /// Average cost of a period.
    pub cost: f64,
}

/// A reorder point and an order-up-to level without a cost.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MinMaxLevels {
    /// s: order at a position of s or less, units.
    pub reorder_point: f64,
    /// S: the position to order up to, units.
    pub order_up_to_level: f64,
}

/// Exact best (s, S) for whole-unit demand of a period.
///
/// # Errors
/// A continuous law or no demand; costs of zero or less; NaN or infinity; S − s beyond 5,000
/// units.
pub fn exact(
    demand: &DemandLaw,
    holding_cost: f64,
    shortage_cost: f64,
    fixed_cost: f64,
) -> Result<MinMaxPolicy, Error> {
    let holding = check::positive("holding cost", holding_cost)?;
    let shortage = check::positive("shortage cost", shortage_cost)?;
    let fixed = check::positive("fixed cost of an order", fixed_cost)?;
    if !demand.is_discrete() || demand.mean() <= 0.0 {
        return Err(Error::Inconsistent {
            name: "demand law",
            problem: "must have whole units and a positive mean",
        });
    }
    let mut search = Search::new(demand, (holding, shortage, fixed))?;
    let best_level = demand.quantile(shortage / (shortage + holding))?;
    let mut up_to = best_level;
    let mut reorder_point = best_level - 1.0;
    while search.average(reorder_point, up_to)? > search.period(reorder_point)? {
        reorder_point -= 1.0;
    }
    let mut cost = search.average(reorder_point, up_to)?;
    let mut candidate = best_level + 1.0;
    while search.period(candidate)? <= cost {
        if search.average(reorder_point, candidate)? < cost {
            up_to = candidate;
            // A better S never lowers s.
            while search.average(reorder_point, up_to)? <= search.period(reorder_point + 1.0)? {
                reorder_point += 1.0;
            }
            cost = search.average(reorder_point, up_to)?;
        }
        candidate += 1.0;
    }
    Ok(MinMaxPolicy {
        reorder_point,
        order_up_to_level: up_to,
        cost,
    })
}

/// (s, S) for normal demand by the power approximation.
///
/// # Errors
/// A cost, mean or spread of zero or less; NaN or infinity; overflow.
pub fn power_approximation(
    mean: f64,
    std_dev: f64,
    holding_cost: f64,
    shortage_cost: f64,
    fixed_cost: f64,
) -> Result<MinMaxLevels, Error> {
    let mean = check::positive("mean demand", mean)?;
    let std_dev = check::positive("standard deviation of demand", std_dev)?;
    let holding = check::positive("holding cost", holding_cost)?;
    let shortage = check::positive("shortage cost", shortage_cost)?;
    let fixed = check::positive("fixed cost of an order", fixed_cost)?;
    let spread = (1.0 + (std_dev / mean).powi(2)).powf(0.116);
    let width = 1.30 * mean.powf(0.494) * (fixed / holding).powf(0.506) * spread;
    let z = (width * holding / (std_dev * shortage)).sqrt();
    let level = 0.973 * mean + std_dev * (0.183 / z + 1.063 - 2.192 * z);
    Ok(MinMaxLevels {
        reorder_point: check::representable("reorder point", level)?,
        order_up_to_level: check::representable("order-up-to level", level + width)?,
    })
}

/// What the search for (s, S) evaluates again and again; every table grows as it is asked for.
struct Search<'a> {
    demand: &'a DemandLaw,
    holding: f64,
    shortage: f64,
    fixed: f64,
    /// g(y) for y = 0, 1, 2 …
    period_costs: Vec<f64>,
    /// P(demand = k).
    probabilities: Vec<f64>,
    /// m(j): the expected number of periods that a position spends j units below its start.
    densities: Vec<f64>,
}

impl<'a> Search<'a> {
    fn new(demand: &'a DemandLaw, costs: (f64, f64, f64)) -> Result<Self, Error> {
        let (holding, shortage, fixed) = costs;
        let idle = demand.cdf(0.0)?;
        let stay = check::representable("renewal density", (1.0 - idle).recip())?;
        Ok(Self {
            demand,
            holding,
            shortage,
            fixed,
            period_costs: Vec::new(),
            probabilities: vec![idle],
            densities: vec![stay],
        })
    }

    /// g(y): expected cost of a period that starts at position y.
    fn period(&mut self, level: f64) -> Result<f64, Error> {
        if level < 0.0 {
            return Ok(self.shortage * (self.demand.mean() - level));
        }
        loop {
            if let Some(&cost) = self.period_costs.get(level as usize) {
                return Ok(cost);
            }
            let loss = self.demand.loss(self.period_costs.len() as f64)?;
            self.period_costs
                .push(self.holding * loss.surplus + self.shortage * loss.shortage);
        }
    }

    /// c(s, S): average cost of a period.
    fn average(&mut self, reorder_point: f64, up_to: f64) -> Result<f64, Error> {
        let width = (up_to - reorder_point) as usize;
        self.extend_densities(width)?;
        let (mut cost, mut length) = (self.fixed, 0.0);
        for j in 0..width {
            let visits = self.densities.get(j).copied().unwrap_or_default();
            cost += visits * self.period(up_to - j as f64)?;
            length += visits;
        }
        check::representable("cost", cost / length)
    }

    /// m(j) = Σ p(l) m(j − l) over l = 0 … j, solved for m(j).
    fn extend_densities(&mut self, count: usize) -> Result<(), Error> {
        if count > MAX_SEARCH {
            return Err(Error::NotFound {
                name: "(s, S) policy",
                limit: MAX_SEARCH,
            });
        }
        while self.densities.len() < count {
            let j = self.densities.len() as f64;
            self.probabilities
                .push((self.demand.cdf(j)? - self.demand.cdf(j - 1.0)?).max(0.0));
            let arrivals: f64 = self
                .probabilities
                .iter()
                .skip(1)
                .zip(self.densities.iter().rev())
                .map(|(probability, density)| probability * density)
                .sum();
            let stay = self.densities.first().copied().unwrap_or(1.0);
            self.densities.push(arrivals * stay);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// c(s, S) from the definition, by walking a position down from S.
    fn walked_cost(demand: &DemandLaw, s: i32, up_to: i32, h: f64, p: f64, k: f64) -> f64 {
        let probability = |d: i32| {
            let below = if d == 0 {
                0.0
            } else {
                demand.cdf(f64::from(d - 1)).unwrap()
            };
            demand.cdf(f64::from(d)).unwrap() - below
        };
        let width = (up_to - s) as usize;
        // Cost and length until the position falls to s, from each level above it.
        let (mut cost, mut length) = (vec![0.0; width], vec![0.0; width]);
        for above in 0..width {
            let loss = demand.loss(f64::from(s + 1 + above as i32)).unwrap();
            let (mut c, mut l) = (h * loss.surplus + p * loss.shortage, 1.0);
            for d in 1..=above {
                c += probability(d as i32) * cost[above - d];
                l += probability(d as i32) * length[above - d];
            }
            cost[above] = c / (1.0 - probability(0));
            length[above] = l / (1.0 - probability(0));
        }
        (k + cost[width - 1]) / length[width - 1]
    }

    #[test]
    fn no_neighbour_is_cheaper() {
        for (law, h, p, k) in [
            (DemandLaw::poisson(6.0).unwrap(), 1.0, 4.0, 5.0),
            (DemandLaw::poisson(0.4).unwrap(), 1.0, 9.0, 12.0),
            (
                DemandLaw::negative_binomial(3.0, 9.0).unwrap(),
                1.0,
                20.0,
                30.0,
            ),
        ] {
            let best = exact(&law, h, p, k).unwrap();
            let (s, up_to) = (best.reorder_point as i32, best.order_up_to_level as i32);
            assert!((best.cost - walked_cost(&law, s, up_to, h, p, k)).abs() < 1e-9);
            for low in (s - 6)..(s + 7) {
                for high in (low + 1).max(up_to - 10)..(up_to + 12) {
                    let other = walked_cost(&law, low, high, h, p, k);
                    assert!(best.cost <= other + 1e-9, "{law:?} {low} {high}");
                }
            }
        }
    }

    #[test]
    fn refuses_what_is_out_of_range() {
        let poisson = DemandLaw::poisson(6.0).unwrap();
        assert!(exact(&poisson, 0.0, 4.0, 5.0).is_err());
        assert!(exact(&poisson, 1.0, 4.0, f64::NAN).is_err());
        assert!(exact(&DemandLaw::normal(6.0, 1.0).unwrap(), 1.0, 4.0, 5.0).is_err());
        assert!(exact(&DemandLaw::poisson(0.0).unwrap(), 1.0, 4.0, 5.0).is_err());
        assert!(matches!(
            exact(&poisson, 1e-9, 4.0, 1e9),
            Err(Error::NotFound { .. })
        ));
        assert!(power_approximation(0.0, 1.0, 1.0, 1.0, 1.0).is_err());
        assert!(power_approximation(50.0, 8.0, 0.18, f64::INFINITY, 1.0).is_err());
    }
}
