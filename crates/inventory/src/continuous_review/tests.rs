use super::*;
use proptest::prelude::*;

const COSTS: ContinuousReviewCosts = ContinuousReviewCosts {
    holding: 0.18,
    shortage: 0.7,
    fixed: 8.0,
};
const DEMAND: ReviewedDemand = ReviewedDemand {
    rate: 1300.0,
    lead_time_mean: 100.0,
    lead_time_std_dev: 41.6,
};

#[test]
fn no_neighbour_of_the_exact_poisson_policy_is_cheaper() {
    let costs = ContinuousReviewCosts {
        holding: 20.0,
        shortage: 150.0,
        fixed: 100.0,
    };
    let law = DemandLaw::poisson(3.0).unwrap();
    let cost = |r: i32, q: i32| {
        let levels = (r + 1)..=(r + q);
        let rate: f64 = levels
            .map(|y| law.loss(f64::from(y)).unwrap())
            .map(|loss| 20.0 * loss.surplus + 150.0 * loss.shortage)
            .sum();
        (100.0 * 1.5 + rate) / f64::from(q)
    };
    let best = poisson_exact(&costs, 1.5, 2.0).unwrap().cost;
    for r in -5..15 {
        for q in 1..20 {
            assert!(best <= cost(r, q) + 1e-9, "{r} {q}");
        }
    }
}

/// Demand without spread makes the textbook's lot with planned backorders b: K d / Q + h (Q - b)^2 / 2Q + p b^2 / 2Q.
#[test]
fn the_cost_of_steady_demand_is_the_textbooks() {
    let steady = ReviewedDemand {
        lead_time_std_dev: 1e-9,
        ..DEMAND
    };
    for (lot, backorders) in [(340.0, 0.0), (340.0, 40.0), (250.0, 100.0), (340.0, -25.0)] {
        let cost = normal_cost(&COSTS, &steady, 100.0 - backorders, lot).unwrap();
        let held: f64 = lot - backorders;
        let (holding, waiting) = if backorders > 0.0 {
            (held * held, backorders * backorders)
        } else {
            (lot * (held - backorders), 0.0)
        };
        let expected = 8.0 * 1300.0 / lot + (0.18 * holding + 0.7 * waiting) / (2.0 * lot);
        assert!((cost - expected).abs() < 1e-6, "{cost} is not {expected}");
    }
}

/// The shortage of a cycle is h Q / (h + p), also where that is next to nothing.
#[test]
fn the_loss_functions_reorder_point_balances_the_costs() {
    for shortage in [0.7, 7.0, 70.0, 700.0, 7000.0] {
        let costs = ContinuousReviewCosts { shortage, ..COSTS };
        let policy = normal_approximation(&costs, &DEMAND, Approximation::LossFunction).unwrap();
        let law = DemandLaw::normal(DEMAND.lead_time_mean, DEMAND.lead_time_std_dev).unwrap();
        let short = law.loss(policy.reorder_point).unwrap().shortage;
        let balanced = costs.holding * policy.order_quantity / (costs.holding + shortage);
        assert!(
            (short / balanced - 1.0).abs() < 1e-6,
            "{shortage}: {short} is not {balanced}"
        );
    }
}

#[test]
fn refuses_what_is_out_of_range() {
    let method = Approximation::EoqPlusSafetyStock;
    let no_holding = ContinuousReviewCosts {
        holding: 0.0,
        ..COSTS
    };
    assert!(normal_approximation(&no_holding, &DEMAND, method).is_err());
    let nan = ReviewedDemand {
        rate: f64::NAN,
        ..DEMAND
    };
    assert!(normal_approximation(&COSTS, &nan, method).is_err());
    assert!(normal_cost(&COSTS, &DEMAND, 1.0, 0.0).is_err());
    assert!(poisson_exact(&COSTS, 0.0, 2.0).is_err());
    assert!(poisson_exact(&COSTS, 1.0, f64::INFINITY).is_err());
}

#[test]
fn a_shortage_that_costs_next_to_nothing_has_no_reorder_point() {
    let cheap = ContinuousReviewCosts {
        shortage: 0.01,
        ..COSTS
    };
    let answer = normal_approximation(&cheap, &DEMAND, Approximation::ExpectedInventoryLevel);
    assert!(matches!(
        answer,
        Err(Error::NotAbove {
            name: "shortage cost",
            ..
        })
    ));
}

proptest! {
    #[test]
    fn backorder_reorder_points_are_best_for_their_quantity(
        fixed in 1.0..500.0f64, shortage in 0.2..20.0f64, spread in 1.0..400.0f64,
        shift in -200.0..200.0f64,
    ) {
        let costs = ContinuousReviewCosts { shortage, fixed, ..COSTS };
        let demand = ReviewedDemand { lead_time_std_dev: spread, ..DEMAND };
        let policy =
            normal_approximation(&costs, &demand, Approximation::EoqWithBackorders).unwrap();
        let other = normal_cost(
            &costs, &demand, policy.reorder_point + shift, policy.order_quantity,
        );
        prop_assert!(policy.cost <= other.unwrap() * (1.0 + 1e-9));
    }
}
