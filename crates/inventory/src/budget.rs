//! Which proposals a budget pays for.
//!
//! Every proposal has a cost and a benefit: the shortage cost it avoids less the cost of the stock
//! it brings. Proposals are taken in the order of benefit for each unit of money, as long as they
//! fit; one that does not fit is passed over and cheaper ones behind it may still fit. Proposals
//! without a benefit are not taken.
//!
//! Source: G. B. Dantzig, "Discrete-variable extremum problems" (1957). Limits: a greedy choice; it
//! can miss the optimum by less than the benefit of the first proposal that did not fit. Orders are
//! taken whole or not at all.
//!
//! ```
//! use inventory::budget::{Candidate, fit_budget};
//! let candidates = [(100.0, 50.0), (40.0, 60.0), (70.0, 70.0)]
//!     .map(|(cost, benefit)| Candidate { cost, benefit });
//! assert_eq!(fit_budget(&candidates, 120.0)?, [false, true, true]);
//! # Ok::<(), inventory::Error>(())
//! ```

use serde::{Deserialize, Serialize};

use crate::{Error, check};

/// A proposal that competes for the budget.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// Money it takes from the budget, zero or more.
    pub cost: f64,
    /// Shortage cost avoided less cost of the stock, money.
    pub benefit: f64,
}

/// Whether each proposal is taken, in the order given; ties go to the earlier one.
///
/// # Errors
/// A negative cost or budget, NaN or infinity.
pub fn fit_budget(candidates: &[Candidate], budget: f64) -> Result<Vec<bool>, Error> {
    let mut left = check::non_negative("budget", budget)?;
    for candidate in candidates {
        check::non_negative("cost of a proposal", candidate.cost)?;
        check::finite("benefit of a proposal", candidate.benefit)?;
    }
    let mut ranked: Vec<(usize, &Candidate)> = candidates.iter().enumerate().collect();
    // A free proposal has an infinite rate and comes first.
    let rate = |candidate: &Candidate| candidate.benefit / candidate.cost;
    ranked.retain(|(_, candidate)| candidate.benefit > 0.0);
    ranked.sort_by(|one, other| rate(other.1).total_cmp(&rate(one.1)));

    let mut taken = vec![false; candidates.len()];
    for (index, candidate) in ranked {
        if let Some(slot) = taken.get_mut(index).filter(|_| candidate.cost <= left) {
            *slot = true;
            left -= candidate.cost;
        }
    }
    Ok(taken)
}

/// Benefit of ordering now, money: the units that would be short without the order, at the cost of
/// a shortage, less the units ordered, at the cost of holding them until they are sold.
///
/// # Errors
/// A negative, infinite or NaN argument, or overflow.
pub fn order_benefit(
    units_short_without: f64,
    shortage_cost: f64,
    order_quantity: f64,
    holding_cost_until_sold: f64,
) -> Result<f64, Error> {
    let short = check::non_negative("units short", units_short_without)?;
    let shortage = check::non_negative("shortage cost", shortage_cost)?;
    let quantity = check::non_negative("order quantity", order_quantity)?;
    let holding = check::non_negative("holding cost", holding_cost_until_sold)?;
    let avoided = check::representable("benefit of an order", short * shortage)?;
    check::representable("benefit of an order", avoided - quantity * holding)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn candidates(pairs: &[(f64, f64)]) -> Vec<Candidate> {
        pairs
            .iter()
            .map(|&(cost, benefit)| Candidate { cost, benefit })
            .collect()
    }

    #[test]
    fn the_best_rate_comes_first_and_free_ones_always() {
        let list = candidates(&[(10.0, 20.0), (0.0, 1.0), (10.0, 30.0), (5.0, -1.0)]);
        assert_eq!(fit_budget(&list, 10.0).unwrap(), [false, true, true, false]);
        assert_eq!(fit_budget(&list, 0.0).unwrap(), [false, true, false, false]);
        assert_eq!(fit_budget(&list, 1e9).unwrap(), [true, true, true, false]);
    }

    #[test]
    fn ties_go_to_the_earlier_one() {
        let list = candidates(&[(10.0, 20.0), (5.0, 10.0), (10.0, 20.0)]);
        assert_eq!(fit_budget(&list, 15.0).unwrap(), [true, true, false]);
    }

    #[test]
    fn a_benefit_weighs_shortage_against_stock() {
        assert_eq!(order_benefit(10.0, 5.0, 100.0, 0.2), Ok(30.0));
        assert_eq!(order_benefit(0.0, 5.0, 100.0, 0.2), Ok(-20.0));
    }

    #[test]
    fn refuses_what_is_out_of_range() {
        assert!(fit_budget(&[], -1.0).is_err());
        assert!(fit_budget(&candidates(&[(-1.0, 1.0)]), 1.0).is_err());
        assert!(fit_budget(&candidates(&[(1.0, f64::NAN)]), 1.0).is_err());
        assert!(order_benefit(-1.0, 1.0, 1.0, 1.0).is_err());
        assert!(order_benefit(f64::MAX, 2.0, 0.0, 1.0).is_err());
    }

    proptest! {
        #[test]
        fn the_budget_is_never_exceeded(
            pairs in prop::collection::vec((0.0..100.0f64, -10.0..100.0f64), 0..40),
            budget in 0.0..1000.0f64,
        ) {
            let list = candidates(&pairs);
            let taken = fit_budget(&list, budget).unwrap();
            let spent: f64 =
                list.iter().zip(&taken).filter(|(_, taken)| **taken).map(|(c, _)| c.cost).sum();
            prop_assert!(spent <= budget * (1.0 + 1e-12));
            // Nothing useful that still fits is left out.
            for (candidate, taken) in list.iter().zip(&taken) {
                prop_assert!(
                    *taken || candidate.benefit <= 0.0 || spent + candidate.cost > budget - 1e-9
                );
            }
        }
    }
}
