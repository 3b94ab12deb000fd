//! Dynamic lot sizing: known demand by period, a fixed cost K an order, holding cost h a unit and
//! period. Which periods order, and for how long?
//!
//! - **Wagner-Whitin**, the optimum: f(t) = min over j ≥ t of K + h Σ (i − t) d(i) + f(j + 1), the
//!   sum over i = t … j. K is saved in periods before the first demand and after the last.
//! - **Silver-Meal**, a heuristic for a rolling horizon: extend an order while the average cost a
//!   period, (K + h Σ (i − t) d(i)) / (number of periods), falls.
//! - **Lot for lot** orders each period's demand, **fixed periods** orders that of n periods.
//!
//! Source: H. M. Wagner and T. M. Whitin, "Dynamic version of the economic lot size model" (1958);
//! E. A. Silver and H. C. Meal (1973); Silver, Pyke and Thomas (2017), chapter 5. Limits: costs are
//! the same in every period, no capacity; an order arrives in its period. Initial stock is netted
//! off the first demands with [`net_requirements`].
//!
//! ```
//! use inventory::lot_sizing::{silver_meal, wagner_whitin};
//! let demand = [90.0, 120.0, 80.0, 70.0];
//! let plan = wagner_whitin(&demand, 500.0, 0.4)?;
//! assert_eq!(plan.orders, [360.0, 0.0, 0.0, 0.0]);
//! assert!((plan.cost - 696.0).abs() < 1e-9);
//! assert_eq!(silver_meal(&demand, 500.0, 0.4)?.orders, plan.orders);
//! # Ok::<(), inventory::Error>(())
//! ```

use serde::{Deserialize, Serialize};

use crate::{Error, check};

/// Periods of one plan; Wagner-Whitin takes time with their square (3,660 days: about 10 ms).
pub const MAX_PERIODS: usize = 3660;

/// Orders by period and what they cost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LotPlan {
    /// Quantity to arrive in each period, units; as long as the demand.
    pub orders: Vec<f64>,
    /// Ordering and holding cost of all periods; stock carried over a period's end is held.
    pub cost: f64,
}

/// The cheapest plan.
///
/// # Errors
/// A negative, infinite or NaN value; more than [`MAX_PERIODS`] periods; overflow.
pub fn wagner_whitin(demand: &[f64], fixed_cost: f64, holding_cost: f64) -> Result<LotPlan, Error> {
    let (fixed, holding) = check_plan(demand, fixed_cost, holding_cost)?;
    let periods = demand.len();
    // From the last period back: best cost from t on, and the first period not covered.
    let mut best = vec![(0.0, periods); periods + 1];
    for t in (0..periods).rev() {
        let mut choice = (f64::INFINITY, periods);
        if demand.get(t).is_some_and(|&demand| demand == 0.0) {
            // Nothing to cover: wait.
            choice = (best.get(t + 1).map_or(0.0, |next| next.0), t + 1);
        }
        let mut carried = 0.0;
        for (ahead, (&demand, rest)) in demand
            .iter()
            .skip(t)
            .zip(best.iter().skip(t + 1))
            .enumerate()
        {
            carried += holding * ahead as f64 * demand;
            let cost = fixed + carried + rest.0;
            if cost < choice.0 {
                choice = (cost, t + ahead + 1);
            }
            if fixed + carried > choice.0 {
                break;
            }
        }
        if let Some(slot) = best.get_mut(t) {
            *slot = choice;
        }
    }
    let covered_until = |t: usize| best.get(t).map_or(periods, |choice| choice.1);
    plan(demand, fixed, holding, covered_until)
}

/// The plan of the Silver-Meal heuristic.
///
/// # Errors
/// As [`wagner_whitin`].
pub fn silver_meal(demand: &[f64], fixed_cost: f64, holding_cost: f64) -> Result<LotPlan, Error> {
    let (fixed, holding) = check_plan(demand, fixed_cost, holding_cost)?;
    plan(demand, fixed, holding, |t| {
        let mut carried = 0.0;
        let mut average = f64::INFINITY;
        for (ahead, &demand) in demand.iter().skip(t).enumerate() {
            carried += holding * ahead as f64 * demand;
            let next = (fixed + carried) / (ahead + 1) as f64;
            if next > average {
                return t + ahead;
            }
            average = next;
        }
        demand.len()
    })
}

/// Every period's demand arrives in its period.
///
/// # Errors
/// As [`wagner_whitin`].
pub fn lot_for_lot(demand: &[f64], fixed_cost: f64, holding_cost: f64) -> Result<LotPlan, Error> {
    fixed_periods(demand, 1, fixed_cost, holding_cost)
}

/// An order covers `periods` periods, counted from the first that has a demand.
///
/// # Errors
/// As [`wagner_whitin`]; zero periods.
pub fn fixed_periods(
    demand: &[f64],
    periods: usize,
    fixed_cost: f64,
    holding_cost: f64,
) -> Result<LotPlan, Error> {
    let (fixed, holding) = check_plan(demand, fixed_cost, holding_cost)?;
    if periods == 0 {
        return Err(Error::NotPositive {
            name: "periods of supply",
            value: 0.0,
        });
    }
    let starts = |t: usize| demand.get(t).is_some_and(|&demand| demand > 0.0);
    plan(demand, fixed, holding, |t| {
        if starts(t) {
            t.saturating_add(periods)
        } else {
            t + 1
        }
    })
}

/// What is left of the demands after the stock at hand has covered the first of them; a backlog
/// (negative stock) adds to the first.
///
/// # Errors
/// A negative demand, NaN or infinity.
pub fn net_requirements(demand: &[f64], stock: f64) -> Result<Vec<f64>, Error> {
    let mut stock = check::finite("stock", stock)?;
    demand
        .iter()
        .map(|&gross| {
            let net = check::non_negative("demand", gross)? - stock;
            stock = (-net).max(0.0);
            check::representable("net requirement", net.max(0.0))
        })
        .collect()
}

/// Turns "an order in t covers the periods before `covered_until(t)`" into quantities and a cost.
fn plan(
    demand: &[f64],
    fixed: f64,
    holding: f64,
    covered_until: impl Fn(usize) -> usize,
) -> Result<LotPlan, Error> {
    let mut orders = vec![0.0; demand.len()];
    let mut cost = 0.0;
    let mut start = 0;
    while start < demand.len() {
        // An order covers its own period at least.
        let end = covered_until(start).clamp(start + 1, demand.len());
        let covered = demand.get(start..end).unwrap_or_default();
        let quantity: f64 = covered.iter().sum();
        if quantity > 0.0 {
            cost += fixed;
            cost += covered
                .iter()
                .zip(0u32..)
                .map(|(d, i)| holding * f64::from(i) * d)
                .sum::<f64>();
        }
        if let Some(order) = orders.get_mut(start) {
            *order = check::representable("order quantity", quantity)?;
        }
        start = end;
    }
    Ok(LotPlan {
        orders,
        cost: check::representable("cost of the plan", cost)?,
    })
}

fn check_plan(demand: &[f64], fixed: f64, holding: f64) -> Result<(f64, f64), Error> {
    if demand.len() > MAX_PERIODS {
        return Err(Error::OutOfRange {
            name: "number of periods",
            low: 0.0,
            high: MAX_PERIODS as f64,
            value: demand.len() as f64,
        });
    }
    for &quantity in demand {
        check::non_negative("demand", quantity)?;
    }
    Ok((
        check::non_negative("fixed cost of an order", fixed)?,
        check::non_negative("holding cost", holding)?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The least cost over all 2^(n-1) ways to split the periods.
    fn least_cost(demand: &[f64], fixed: f64, holding: f64) -> f64 {
        (0u32..1 << demand.len())
            .map(|mask| {
                let until = |t: usize| {
                    (t + 1..demand.len())
                        .find(|&i| mask >> i & 1 == 1)
                        .unwrap_or(demand.len())
                };
                plan(demand, fixed, holding, until).unwrap().cost
            })
            .fold(f64::INFINITY, f64::min)
    }

    #[test]
    fn no_demand_is_no_order() {
        for plan in [
            wagner_whitin(&[0.0; 5], 10.0, 1.0).unwrap(),
            silver_meal(&[0.0; 5], 10.0, 1.0).unwrap(),
            fixed_periods(&[0.0; 5], 2, 10.0, 1.0).unwrap(),
        ] {
            assert_eq!(
                plan,
                LotPlan {
                    orders: vec![0.0; 5],
                    cost: 0.0
                }
            );
        }
        assert!(wagner_whitin(&[], 10.0, 1.0).unwrap().orders.is_empty());
    }

    #[test]
    fn free_orders_come_lot_for_lot() {
        let demand = [3.0, 0.0, 5.0, 1.0];
        assert_eq!(wagner_whitin(&demand, 0.0, 1.0).unwrap().orders, demand);
        assert_eq!(
            lot_for_lot(&demand, 10.0, 1.0).unwrap(),
            LotPlan {
                orders: demand.to_vec(),
                cost: 30.0
            }
        );
    }

    /// Cost a period: 100, 140 / 2, (140 + 120) / 3; then 100, 105 / 2.
    #[test]
    fn silver_meal_stops_where_another_period_costs_more() {
        let plan = silver_meal(&[10.0, 40.0, 60.0, 5.0], 100.0, 1.0).unwrap();
        assert_eq!(plan.orders, [50.0, 0.0, 65.0, 0.0]);
        assert_eq!(plan.cost, 245.0);
    }

    #[test]
    fn fixed_periods_start_at_a_demand() {
        let plan = fixed_periods(&[0.0, 4.0, 1.0, 0.0, 7.0], 2, 10.0, 1.0).unwrap();
        assert_eq!(plan.orders, [0.0, 5.0, 0.0, 0.0, 7.0]);
        assert_eq!(plan.cost, 21.0);
        assert!(fixed_periods(&[1.0], usize::MAX, 1.0, 1.0).is_ok());
    }

    #[test]
    fn stock_covers_the_first_demands() {
        assert_eq!(
            net_requirements(&[4.0, 4.0, 4.0], 6.0).unwrap(),
            [0.0, 2.0, 4.0]
        );
        assert_eq!(net_requirements(&[4.0, 4.0], -1.0).unwrap(), [5.0, 4.0]);
        assert!(net_requirements(&[4.0], f64::NAN).is_err());
    }

    #[test]
    fn refuses_what_is_out_of_range() {
        assert!(wagner_whitin(&[1.0, -1.0], 1.0, 1.0).is_err());
        assert!(wagner_whitin(&[f64::NAN], 1.0, 1.0).is_err());
        assert!(silver_meal(&[1.0], -1.0, 1.0).is_err());
        assert!(silver_meal(&[1.0], 1.0, f64::INFINITY).is_err());
        assert!(wagner_whitin(&vec![1.0; MAX_PERIODS + 1], 1.0, 1.0).is_err());
        assert!(wagner_whitin(&vec![1.0; MAX_PERIODS], 1.0, 1.0).is_ok());
        assert!(fixed_periods(&[1.0], 0, 1.0, 1.0).is_err());
        assert!(wagner_whitin(&[f64::MAX, f64::MAX], 1.0, 0.0).is_err());
    }

    proptest! {
        #[test]
        fn wagner_whitin_is_never_worse_than_any_other_plan(
            demand in prop::collection::vec(prop_oneof![Just(0.0), 0.0..200.0f64], 1..9),
            fixed in 0.0..600.0f64, holding in 0.0..3.0f64,
        ) {
            let best = wagner_whitin(&demand, fixed, holding).unwrap();
            let heuristic = silver_meal(&demand, fixed, holding).unwrap();
            let limit = best.cost * (1.0 - 1e-12) - 1e-9;
            prop_assert!(limit <= heuristic.cost);
            prop_assert!((best.cost - least_cost(&demand, fixed, holding)).abs() < 1e-6);
            for plan in [best, heuristic] {
                prop_assert!((plan.orders.iter().sum::<f64>() - demand.iter().sum::<f64>()).abs() < 1e-9);
                let mut stock = 0.0;
                for (order, demand) in plan.orders.iter().zip(&demand) {
                    stock += order - demand;
                    prop_assert!(stock > -1e-9);
                }
            }
        }
    }
}
