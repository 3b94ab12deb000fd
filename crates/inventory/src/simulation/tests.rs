use super::*;
use crate::DemandLaw;
use proptest::prelude::*;

const SETTINGS: SimulationSettings = SimulationSettings {
    lead_time_days: 3.0,
    lead_time_std_dev: 0.0,
    holding_cost: 1.0,
    ordering_cost: 50.0,
    shortage_cost: 9.0,
    initial_stock: None,
    unmet_demand: UnmetDemand::Backorder,
    order_limits: None,
    warm_up_days: 0,
    replications: 1,
    seed: 1,
};

/// Lumpy demand without a library: zero on two days of three.
fn lumpy(days: usize) -> Vec<f64> {
    let mut random = Random::new(99);
    (0..days)
        .map(|_| {
            if random.uniform() < 0.66 {
                0.0
            } else {
                (random.uniform() * 20.0).ceil()
            }
        })
        .collect()
}

#[test]
fn a_day_runs_as_documented() {
    // Stock 25; end of day 1: position 5 <= 10, order 30, three days pass, there for day 5.
    let policy = Policy::ReorderPoint {
        reorder_point: 10.0,
        order_quantity: 30.0,
    };
    let settings = SimulationSettings {
        initial_stock: Some(25.0),
        ..SETTINGS
    };
    let outcome = simulate(&[10.0, 10.0, 4.0, 2.0, 0.0, 6.0], &policy, &settings).unwrap();
    assert_eq!(outcome.units_short, 1.0);
    assert_eq!(outcome.fill_rate, Some(1.0 - 1.0 / 32.0));
    assert_eq!((outcome.cycles, outcome.cycles_without_stockout), (1, 0));
    // Closing stocks 15, 5, 1, 0, 0, 23.
    assert_eq!(outcome.average_stock, 44.0 / 6.0);
    assert_eq!((outcome.orders, outcome.units_ordered), (1.0, 30.0));
    assert_eq!(outcome.total_cost, 44.0 + 50.0 + 9.0);
    assert_eq!(outcome.days_in_stock, 5.0 / 6.0);
}

#[test]
fn lost_demand_does_not_come_back() {
    let policy = Policy::MinMax {
        reorder_point: 0.0,
        order_up_to_level: 10.0,
    };
    let settings = SimulationSettings {
        unmet_demand: UnmetDemand::Lost,
        ..SETTINGS
    };
    let outcome = simulate(&[15.0, 0.0, 0.0, 0.0, 10.0], &policy, &settings).unwrap();
    assert_eq!(outcome.units_short, 5.0);
    assert_eq!(outcome.cycles, 1);
    assert_eq!(outcome.average_stock, 0.0);
    // Day 0 and day 4 order ten each.
    assert_eq!(outcome.units_ordered, 20.0);
}

#[test]
fn periodic_reviews_keep_their_days() {
    let policy = Policy::PeriodicReview {
        review_period_days: 7,
        order_up_to_level: 100.0,
    };
    let outcome = simulate(&[5.0; 28], &policy, &SETTINGS).unwrap();
    assert_eq!(outcome.orders, 4.0);
    assert_eq!(outcome.units_ordered, 5.0 + 3.0 * 35.0);
    assert_eq!(outcome.fill_rate, Some(1.0));
}

#[test]
fn lots_lift_a_deep_shortage_above_the_reorder_point() {
    let policy = Policy::ReorderPoint {
        reorder_point: 10.0,
        order_quantity: 4.0,
    };
    assert_eq!(policy.need(0, 11.0), 0.0);
    assert_eq!(policy.need(0, 10.0), 4.0);
    assert_eq!(policy.need(0, 3.0), 8.0);
}

#[test]
fn limits_of_an_order_hold() {
    let limits = OrderLimits::new(Some(20.0), Some(12.0), None).unwrap();
    let settings = SimulationSettings {
        order_limits: Some(limits),
        ..SETTINGS
    };
    let policy = Policy::PeriodicReview {
        review_period_days: 1,
        order_up_to_level: 30.0,
    };
    let outcome = simulate(&[5.0, 0.0, 0.0, 0.0], &policy, &settings).unwrap();
    assert_eq!((outcome.orders, outcome.units_ordered), (1.0, 24.0));
}

#[test]
fn binary_fractions_cause_no_shortage() {
    let settings = SimulationSettings {
        initial_stock: Some(0.3),
        ..SETTINGS
    };
    let policy = Policy::MinMax {
        reorder_point: -1.0,
        order_up_to_level: 1.0,
    };
    let outcome = simulate(&[0.1, 0.1, 0.1], &policy, &settings).unwrap();
    assert_eq!(outcome.units_short, 0.0);
}

#[test]
fn the_seed_alone_decides() {
    let policy = Policy::MinMax {
        reorder_point: 15.0,
        order_up_to_level: 60.0,
    };
    let with_seed = |seed| {
        let settings = SimulationSettings {
            lead_time_std_dev: 2.0,
            replications: 20,
            seed,
            ..SETTINGS
        };
        simulate(&lumpy(365), &policy, &settings).unwrap()
    };
    assert_eq!(with_seed(1), with_seed(1));
    assert_ne!(with_seed(1), with_seed(2));
}

#[test]
fn warm_up_days_run_unmeasured() {
    let policy = Policy::MinMax {
        reorder_point: 0.0,
        order_up_to_level: 10.0,
    };
    let settings = SimulationSettings {
        warm_up_days: 1,
        ..SETTINGS
    };
    let outcome = simulate(&[15.0, 0.0, 0.0], &policy, &settings).unwrap();
    assert_eq!(
        (outcome.days, outcome.units_short, outcome.fill_rate),
        (2, 0.0, None)
    );
    assert_eq!((outcome.orders, outcome.cycle_service), (0.0, None));
}

#[test]
fn a_rolling_policy_takes_each_days_levels() {
    let at = |order_up_to_level| Policy::PeriodicReview {
        review_period_days: 1,
        order_up_to_level,
    };
    let policies = [at(10.0), at(30.0), at(10.0)];
    let outcome = simulate_rolling(&[0.0; 3], &policies, &SETTINGS).unwrap();
    assert_eq!(outcome.units_ordered, 20.0);
    let same = simulate_rolling(&lumpy(100), &[at(40.0); 100], &SETTINGS).unwrap();
    assert_eq!(same, simulate(&lumpy(100), &at(40.0), &SETTINGS).unwrap());
    assert!(simulate_rolling(&[0.0; 3], &policies[..2], &SETTINGS).is_err());
}

#[test]
fn a_curve_costs_more_stock_for_more_service() {
    let demand = lumpy(365);
    let law = DemandLaw::gamma(10.0, 9.0).unwrap();
    let curve = service_cost_curve(
        &demand,
        &[0.8, 0.9, 0.95, 0.99],
        |level| Policy::reorder_point_at(level, &law, 40.0),
        &SETTINGS,
    )
    .unwrap();
    assert_eq!(curve.len(), 4);
    assert!(curve.is_sorted_by(|low, high| {
        low.outcome.average_stock < high.outcome.average_stock
            && low.outcome.fill_rate <= high.outcome.fill_rate
    }));
}

#[test]
fn stationary_normal_demand_gets_the_service_it_was_promised() {
    let law = DemandLaw::normal(100.0, 20.0).unwrap();
    let mut random = Random::new(5);
    let demand: Vec<f64> = (0..10_000)
        .map(|_| law.quantile(random.uniform().max(1e-9)).unwrap().max(0.0))
        .collect();
    let protection = DemandLaw::normal(500.0, 20.0 * 5f64.sqrt()).unwrap();
    for target in [0.90, 0.95, 0.98] {
        let policy = Policy::periodic_review_at(target, &protection, 1).unwrap();
        let settings = SimulationSettings {
            lead_time_days: 4.0,
            ..SETTINGS
        };
        let achieved = simulate(&demand, &policy, &settings)
            .unwrap()
            .cycle_service
            .unwrap();
        assert!((achieved - target).abs() < 0.01, "{target} {achieved}");
    }
}

#[test]
fn refuses_what_is_out_of_range() {
    let good = Policy::MinMax {
        reorder_point: 1.0,
        order_up_to_level: 2.0,
    };
    let refused = |demand: &[f64], policy, settings: SimulationSettings| {
        simulate(demand, &policy, &settings)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        refused(&[], good, SETTINGS),
        "demand history must not be empty"
    );
    assert!(refused(&[-1.0], good, SETTINGS).contains("demand must be zero or more"));
    assert!(refused(&[f64::NAN], good, SETTINGS).contains("finite"));
    assert!(refused(&vec![0.0; MAX_DAYS + 1], good, SETTINGS).contains("days of history"));
    let lot = Policy::ReorderPoint {
        reorder_point: 1.0,
        order_quantity: 0.0,
    };
    assert_eq!(
        refused(&[1.0], lot, SETTINGS),
        "order quantity must be positive, not 0"
    );
    let review = Policy::PeriodicReview {
        review_period_days: 0,
        order_up_to_level: 1.0,
    };
    assert_eq!(
        refused(&[1.0], review, SETTINGS),
        "review period must be positive, not 0"
    );
    let upside_down = Policy::MinMax {
        reorder_point: 2.0,
        order_up_to_level: 1.0,
    };
    assert!(refused(&[1.0], upside_down, SETTINGS).contains("at least the reorder point (2)"));
}

#[test]
fn refuses_settings_out_of_range() {
    let good = Policy::MinMax {
        reorder_point: 1.0,
        order_up_to_level: 2.0,
    };
    for settings in [
        SimulationSettings {
            replications: 0,
            ..SETTINGS
        },
        SimulationSettings {
            replications: MAX_REPLICATIONS + 1,
            ..SETTINGS
        },
        SimulationSettings {
            warm_up_days: 1,
            ..SETTINGS
        },
        SimulationSettings {
            holding_cost: -1.0,
            ..SETTINGS
        },
        SimulationSettings {
            lead_time_days: f64::NAN,
            ..SETTINGS
        },
        SimulationSettings {
            initial_stock: Some(f64::INFINITY),
            ..SETTINGS
        },
    ] {
        assert!(simulate(&[1.0], &good, &settings).is_err(), "{settings:?}");
    }
    assert!(simulate(&[f64::MAX, f64::MAX], &good, &SETTINGS).is_err());
    let none = service_cost_curve(&[1.0], &[], |_| Ok(good), &SETTINGS);
    assert_eq!(
        none,
        Err(Error::Empty {
            name: "service levels"
        })
    );
}

proptest! {
    #[test]
    fn backordered_units_balance(
        demand in prop::collection::vec(0.0..20.0f64, 1..120),
        level in 0.0..150.0f64, lead_time in 0.0..20.0f64, spread in 0.0..6.0f64, seed: u64,
    ) {
        let policy = Policy::PeriodicReview { review_period_days: 1, order_up_to_level: level };
        let settings = SimulationSettings {
            lead_time_days: lead_time,
            lead_time_std_dev: spread,
            seed,
            ..SETTINGS
        };
        let outcome = simulate(&demand, &policy, &settings).unwrap();
        // Daily review up to a level orders what was sold.
        prop_assert!((outcome.units_ordered - outcome.demand).abs() < 1e-6);
        prop_assert!(outcome.units_short <= outcome.demand + 1e-9);
        prop_assert!(outcome.average_stock <= level + 1e-9);
        prop_assert!(outcome.cycles_without_stockout <= outcome.cycles);
    }

    #[test]
    fn a_higher_level_never_serves_worse(
        demand in prop::collection::vec(0.0..20.0f64, 1..120),
        level in 0.0..150.0f64, more in 0.0..50.0f64, seed: u64,
    ) {
        let at = |order_up_to_level| {
            let policy = Policy::PeriodicReview { review_period_days: 3, order_up_to_level };
            simulate(&demand, &policy, &SimulationSettings { seed, ..SETTINGS }).unwrap()
        };
        let (low, high) = (at(level), at(level + more));
        prop_assert!(high.units_short <= low.units_short + 1e-9);
        prop_assert!(high.average_stock >= low.average_stock - 1e-9);
    }
}
