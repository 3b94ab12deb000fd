//! Whatever the numbers, a function answers finite numbers or refuses: it never panics and never
//! lets NaN or infinity out. The arguments here reach over all magnitudes a double has: `MODEL_CASES` of
//! them a property (tests/crates.sh takes 10,000 in release mode), fewer in a plain `cargo test`.
//! Seen to fail: safety_stock() without its check for what a double can hold.

use inventory::continuous_review::{
    Approximation, ContinuousReviewCosts, ReviewedDemand, normal_approximation, poisson_exact,
};
use inventory::eoq::{self, PriceBreak};
use inventory::lead_time_demand::{ForecastDay, moving_average_errors};
use inventory::lot_sizing::{fixed_periods, net_requirements, silver_meal, wagner_whitin};
use inventory::quantity_policy::{QuantityPolicy, order_quantity, shelf_life_cap};
use inventory::simulation::{Policy, SimulationSettings, simulate};
use inventory::*;
use proptest::prelude::*;

/// Zero, ordinary and extreme magnitudes, both signs, and the values that must be refused.
fn any_number() -> impl Strategy<Value = f64> {
    prop_oneof![
        2 => Just(0.0),
        6 => 0.0..100.0f64,
        4 => (-320.0..308.0f64).prop_map(|exponent| 10f64.powf(exponent)),
        1 => (-320.0..308.0f64).prop_map(|exponent| -(10f64.powf(exponent))),
        1 => prop_oneof![Just(f64::NAN), Just(f64::INFINITY), Just(f64::MAX)],
    ]
}

fn level() -> impl Strategy<Value = f64> {
    prop_oneof![
        8 => 0.0..1.0f64,
        1 => (-320.0..0.0f64).prop_map(|exponent| 10f64.powf(exponent)),
        1 => (1.0..16.0f64).prop_map(|digits| 1.0 - 10f64.powf(-digits)),
    ]
}

fn cases(few: u32) -> ProptestConfig {
    let wanted = std::env::var("MODEL_CASES").ok();
    ProptestConfig::with_cases(wanted.and_then(|cases| cases.parse().ok()).unwrap_or(few))
}

/// All numbers of an answer, whatever its type, by way of its debug text.
fn finite<T: std::fmt::Debug>(answer: Result<T, Error>) -> Result<(), TestCaseError> {
    if let Ok(answer) = answer {
        let text = format!("{answer:?}");
        prop_assert!(!text.contains("NaN") && !text.contains("inf"), "{}", text);
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(1000))]

    #[test]
    fn planning_formulas(
        a in any_number(), b in any_number(), c in any_number(), d in any_number(), p in level(),
        days in prop::collection::vec(any_number(), 0..6),
    ) {
        let input = SafetyStockInput {
            avg_daily_demand: a,
            demand_std_dev: b,
            lead_time_days: c,
            lead_time_std_dev: d,
            service_level: p,
        };
        finite(safety_stock(&input, SafetyStockMethod::Auto))?;
        finite(safety_stock(&input, SafetyStockMethod::Combined))?;
        finite(periodic_review::order_up_to_level(&input, d))?;
        finite(service_level_z(p))?;
        finite(reorder_point(a, b, c))?;
        finite(economic_order_quantity(a, b, c, p))?;
        finite(round_order_quantity(a, Some(b), Some(c)))?;
        finite(replenishment_urgency(a, b, c, Some(d), a))?;
        finite(lead_time_statistics(&days, a))?;
        finite(lead_time_demand_from_errors(a, &days, b, c))?;
        finite(moving_average_errors(&days, 2, 2))?;
        let forecast: Vec<_> =
            days.iter().map(|&mean| ForecastDay { mean, std_dev: a }).collect();
        finite(lead_time_demand(&forecast, b, c, d))?;
        let receipts = [Receipt { day: 1, quantity: b }, Receipt { day: usize::MAX, quantity: c }];
        finite(project_stock(a, &days, &receipts))?;
    }

    #[test]
    fn proposals_and_classes(
        numbers in prop::array::uniform9(any_number()), values in prop::collection::vec(any_number(), 0..9),
    ) {
        let [a, b, c, d, e, f, g, h, i] = numbers;
        let input = ProposalInput {
            available: a,
            on_order: b,
            safety_stock: c,
            reorder_point: d,
            economic_order_quantity: e,
            minimum_order_quantity: Some(f),
            order_multiple: Some(g),
            demand_during_lead_time: h,
            maximum: Some(i),
        };
        finite(propose_order(&input))?;
        finite(propose_order(&ProposalInput { maximum: None, ..input }))?;
        finite(classes::abc_classes(&values, &classes::AbcThresholds::default()))?;
        finite(classes::coefficient_of_variation(&values))?;
        finite(shelf_life_cap(a, &values, 10))?;
        for policy in [
            QuantityPolicy::Economic { quantity: b },
            QuantityPolicy::PeriodsOfSupply { days: 20 },
            QuantityPolicy::MinMax { minimum_level: c, maximum_level: d },
        ] {
            finite(order_quantity(&policy, a, &values))?;
        }
        let candidates: Vec<_> =
            values.iter().map(|&cost| budget::Candidate { cost, benefit: a }).collect();
        finite(budget::fit_budget(&candidates, b))?;
        finite(budget::order_benefit(a, b, c, d))?;
    }

    #[test]
    fn demand_laws(a in any_number(), b in any_number(), x in any_number(), p in level()) {
        for law in [
            demand_law::choose(a, b),
            demand_law::choose_continuous(a, b),
            DemandLaw::normal(a, b),
            DemandLaw::gamma(a, b),
            DemandLaw::poisson(a),
            DemandLaw::negative_binomial(a, b),
            DemandLaw::empirical(&[a, b, x]),
        ]
        .into_iter()
        .flatten()
        {
            finite(law.cdf(x))?;
            finite(law.loss(x))?;
            finite(law.quantile(p))?;
            finite(Ok(law.mean()))?;
            finite(newsvendor::newsvendor(&law, a, x))?;
            finite(fill_rate::reorder_point_for_fill_rate(&law, p, x))?;
            finite(fill_rate::safety_stock_by_law(&law, p))?;
        }
        finite(loss::unit_normal_loss(x))?;
        finite(loss::unit_normal_second_loss(x))?;
        finite(fill_rate::safety_factor(p, a, b))?;
        finite(fill_rate::safety_factor_exact(p, a, b))?;
        finite(fill_rate::safety_stock_for_fill_rate(p, a, b))?;
        finite(fill_rate::service_of_reorder_point(x, a, b, a))?;
    }

    #[test]
    fn order_policies(
        a in any_number(), b in any_number(), c in any_number(), d in any_number(),
        e in any_number(), f in any_number(), days in prop::collection::vec(any_number(), 0..9),
    ) {
        finite(eoq::economic_lot_size(a, b, c))?;
        finite(eoq::economic_production_quantity(a, b, c, d))?;
        finite(eoq::economic_lot_size_with_backorders(a, b, c, d))?;
        let prices = [
            PriceBreak { quantity: 0.0, unit_cost: d },
            PriceBreak { quantity: e, unit_cost: f },
        ];
        finite(eoq::all_units_discount(a, b, c, &prices))?;
        finite(eoq::incremental_discount(a, b, c, &prices))?;
        let costs = ContinuousReviewCosts { holding: a, shortage: b, fixed: c };
        let demand = ReviewedDemand { rate: d, lead_time_mean: e, lead_time_std_dev: f };
        for approximation in [
            Approximation::ExpectedInventoryLevel,
            Approximation::EoqWithBackorders,
            Approximation::EoqPlusSafetyStock,
            Approximation::LossFunction,
        ] {
            finite(normal_approximation(&costs, &demand, approximation))?;
        }
        finite(min_max::power_approximation(a, b, c, d, e))?;
        finite(newsvendor::base_stock(a, b, c, d, e))?;
        finite(wagner_whitin(&days, a, b))?;
        finite(silver_meal(&days, a, b))?;
        finite(fixed_periods(&days, 3, a, b))?;
        finite(net_requirements(&days, a))?;
    }

    #[test]
    fn simulations(
        a in any_number(), b in any_number(), c in any_number(), d in any_number(),
        days in prop::collection::vec(any_number(), 0..9), seed: u64,
    ) {
        let settings = SimulationSettings {
            lead_time_days: c,
            lead_time_std_dev: d,
            holding_cost: a,
            ordering_cost: b,
            shortage_cost: c,
            seed,
            ..SimulationSettings::default()
        };
        for policy in [
            Policy::ReorderPoint { reorder_point: a, order_quantity: b },
            Policy::MinMax { reorder_point: a, order_up_to_level: b },
            Policy::PeriodicReview { review_period_days: 2, order_up_to_level: a },
        ] {
            finite(simulate(&days, &policy, &settings))?;
        }
    }
}

proptest! {
    #![proptest_config(cases(30))]

    #[test]
    fn exact_searches(
        a in any_number(), b in any_number(), c in any_number(), mean in 0.0..50.0f64,
    ) {
        let costs = ContinuousReviewCosts { holding: a, shortage: b, fixed: c };
        finite(poisson_exact(&costs, mean, 2.0))?;
        if let Ok(law) = DemandLaw::poisson(mean) {
            finite(min_max::exact(&law, a, b, c))?;
        }
    }
}
