//! Walks every case of `data/inventory_reference.json` (stockpyl 1.0.2, scipy 1.17.1).
//!
//! Closed forms agree to 1e-6 relative; so do the searches, whose tolerances stand beside them.
//! Seen to fail: with an economic order quantity that is off by 1e-5.

// Helpers of a test fail like the test.
#![allow(clippy::unwrap_used, clippy::panic)]

use inventory::continuous_review::{
    Approximation, ContinuousReviewCosts, ReviewedDemand, normal_approximation, normal_cost,
    poisson_exact,
};
use inventory::eoq::{self, PriceBreak};
use inventory::fill_rate::{safety_factor, safety_factor_exact, service_of_reorder_point};
use inventory::loss::{poisson_loss, unit_normal_loss};
use inventory::lot_sizing::{silver_meal, wagner_whitin};
use inventory::newsvendor::{base_stock, newsvendor};
use inventory::periodic_review::order_up_to_level;
use inventory::{
    DemandLaw, Error, SafetyStockInput, SafetyStockMethod, economic_order_quantity, min_max,
    reorder_point, round_order_quantity, safety_stock,
};
use serde_json::Value;

/// All outputs are closed forms or quantiles that both sides carry to about 1e-9.
const CLOSED_FORM: f64 = 1e-6;

/// stockpyl stops its searches for r and Q when the cost no longer moves in double precision, which
/// is when r still moves by about the root of it: 1e-8 of its size.
const SEARCH: f64 = 1e-6;

struct Case<'a>(&'a Value);

impl Case<'_> {
    fn input(&self, name: &str) -> f64 {
        self.0["inputs"][name]
            .as_f64()
            .unwrap_or_else(|| panic!("{} lacks {name}", self.0))
    }

    fn inputs(&self, name: &str) -> Vec<f64> {
        numbers(&self.0["inputs"][name])
    }

    fn output(&self, name: &str) -> &Value {
        let value = &self.0["outputs"][name];
        assert!(!value.is_null(), "{} lacks {name}", self.0);
        value
    }

    fn agrees(&self, name: &str, actual: f64) {
        close(
            actual,
            self.output(name).as_f64().unwrap(),
            CLOSED_FORM,
            self.0,
        );
    }

    fn list_agrees(&self, name: &str, actual: &[f64], tolerance: f64) {
        let expected = numbers(self.output(name));
        assert_eq!(actual.len(), expected.len(), "{}", self.0);
        for (&actual, expected) in actual.iter().zip(expected) {
            close(actual, expected, tolerance, self.0);
        }
    }
}

fn numbers(list: &Value) -> Vec<f64> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|value| value.as_f64().unwrap())
        .collect()
}

fn close(actual: f64, expected: f64, tolerance: f64, case: &Value) {
    let error = (actual - expected).abs() / expected.abs().max(1e-12);
    assert!(
        actual == expected || error <= tolerance,
        "{actual} is not {expected}: {case}"
    );
}

#[test]
fn agrees_with_every_reference_case() {
    let file: Value = serde_json::from_str(include_str!("data/inventory_reference.json")).unwrap();
    let mut checked = 0;
    for case in file["cases"].as_array().unwrap() {
        check(&Case(case)).unwrap_or_else(|error| panic!("{error}: {case}"));
        checked += 1;
    }
    assert_eq!(checked, 46);
}

fn check(case: &Case) -> Result<(), Error> {
    match case.0["name"].as_str().unwrap() {
        "eoq" => check_eoq(case),
        "epq" => check_epq(case),
        "eoq_backorders" => check_eoq_backorders(case),
        "eoq_all_units_discount" | "eoq_incremental_discount" => check_discount(case),
        "eoq_moq_multiple" => check_rounding(case),
        "newsvendor_normal" => check_newsvendor_normal(case),
        "base_stock_normal_leadtime" => check_base_stock(case),
        "newsvendor_poisson" => check_newsvendor_poisson(case),
        "r_q" => check_r_q(case),
        "r_q_poisson_exact" => check_r_q_poisson(case),
        "s_S_poisson_exact" => check_s_s_poisson(case),
        "s_S_power_approx" => check_power_approximation(case),
        "wagner_whitin" => check_wagner_whitin(case),
        "silver_meal" => check_silver_meal(case),
        "safety_stock_csl" => check_safety_stock(case),
        "periodic_review_order_up_to" => check_periodic_review(case),
        "fill_rate_type2" => check_fill_rate(case),
        "service_of_reorder_point" => check_service(case),
        "rop_poisson" => check_poisson_quantile(case),
        "negbin_quantile" => check_negative_binomial_quantile(case),
        "gamma_quantile" => check_gamma_quantile(case),
        "unit_normal_loss" => check_unit_normal_loss(case),
        "poisson_loss" => check_poisson_loss(case),
        unknown => panic!("no check for {unknown}"),
    }
}

fn check_eoq(case: &Case) -> Result<(), Error> {
    let (fixed, holding, demand) = (case.input("K"), case.input("h"), case.input("D"));
    let lot = eoq::economic_lot_size(fixed, holding, demand)?;
    case.agrees("Q", lot.quantity);
    case.agrees("annual_cost", lot.cost);
    case.agrees("orders_per_period", demand / lot.quantity);
    case.agrees("cycle_time", lot.quantity / demand);
    case.list_agrees("stockpyl", &[lot.quantity, lot.cost], CLOSED_FORM);
    // The planner's form of it: holding cost as a share of the unit cost.
    case.agrees(
        "Q",
        economic_order_quantity(demand, holding / 0.25, fixed, 0.25)?,
    );
    Ok(())
}

fn check_epq(case: &Case) -> Result<(), Error> {
    let lot = eoq::economic_production_quantity(
        case.input("K"),
        case.input("h"),
        case.input("D"),
        case.input("P"),
    )?;
    case.agrees("Q", lot.quantity);
    case.agrees("cost", lot.cost);
    Ok(())
}

fn check_eoq_backorders(case: &Case) -> Result<(), Error> {
    let lot = eoq::economic_lot_size_with_backorders(
        case.input("K"),
        case.input("h"),
        case.input("p"),
        case.input("D"),
    )?;
    case.agrees("Q", lot.quantity);
    case.agrees("stockout_fraction", lot.backorder_share);
    case.agrees("cost", lot.cost);
    Ok(())
}

fn check_discount(case: &Case) -> Result<(), Error> {
    let prices: Vec<PriceBreak> = case
        .inputs("breakpoints")
        .into_iter()
        .zip(case.inputs("unit_costs"))
        .map(|(quantity, unit_cost)| PriceBreak {
            quantity,
            unit_cost,
        })
        .collect();
    let discount = if case.0["name"] == "eoq_all_units_discount" {
        eoq::all_units_discount
    } else {
        eoq::incremental_discount
    };
    let lot = discount(case.input("K"), case.input("i"), case.input("D"), &prices)?;
    let answer = [lot.quantity, lot.range as f64, lot.cost];
    case.list_agrees("stockpyl_Q_region_cost", &answer, CLOSED_FORM);
    Ok(())
}

fn check_rounding(case: &Case) -> Result<(), Error> {
    let lot = eoq::economic_lot_size(case.input("K"), case.input("h"), case.input("D"))?;
    case.agrees("Q", lot.quantity);
    let (minimum, multiple) = (case.input("moq"), case.input("multiple"));
    let rounded = round_order_quantity(lot.quantity, Some(minimum), Some(multiple))?;
    case.agrees("Q_rounded_up", rounded);
    Ok(())
}

fn check_newsvendor_normal(case: &Case) -> Result<(), Error> {
    let law = DemandLaw::normal(case.input("mean"), case.input("sd"))?;
    let answer = newsvendor(&law, case.input("h"), case.input("p"))?;
    case.agrees("critical_ratio", answer.critical_ratio);
    case.agrees("S", answer.level);
    case.agrees("cost", answer.cost);
    Ok(())
}

fn check_base_stock(case: &Case) -> Result<(), Error> {
    let answer = base_stock(
        case.input("mean"),
        case.input("sd"),
        case.input("lead_time"),
        case.input("h"),
        case.input("p"),
    )?;
    case.list_agrees("stockpyl", &[answer.level, answer.cost], CLOSED_FORM);
    Ok(())
}

fn check_newsvendor_poisson(case: &Case) -> Result<(), Error> {
    let law = DemandLaw::poisson(case.input("mean"))?;
    let answer = newsvendor(&law, case.input("h"), case.input("p"))?;
    case.agrees("S_scipy", answer.level);
    case.list_agrees("stockpyl", &[answer.level, answer.cost], CLOSED_FORM);
    Ok(())
}

fn check_r_q(case: &Case) -> Result<(), Error> {
    let costs = ContinuousReviewCosts {
        holding: case.input("h"),
        shortage: case.input("p"),
        fixed: case.input("K"),
    };
    let (rate, lead_time) = (case.input("demand_mean"), case.input("lead_time"));
    let demand = ReviewedDemand {
        rate,
        lead_time_mean: rate * lead_time,
        lead_time_std_dev: case.input("demand_sd") * lead_time.sqrt(),
    };
    let eil = normal_approximation(&costs, &demand, Approximation::ExpectedInventoryLevel)?;
    case.list_agrees(
        "eil",
        &[eil.reorder_point, eil.order_quantity, eil.cost],
        SEARCH,
    );
    for (name, approximation) in [
        ("eoqb", Approximation::EoqWithBackorders),
        ("eoqss", Approximation::EoqPlusSafetyStock),
        ("loss", Approximation::LossFunction),
    ] {
        let policy = normal_approximation(&costs, &demand, approximation)?;
        case.list_agrees(name, &[policy.reorder_point, policy.order_quantity], SEARCH);
    }
    // The reference gives the exact cost of the policy that the EOQ with backorders leads to.
    let expected = numbers(case.output("eoqb"));
    case.agrees(
        "cost_at_r_Q",
        normal_cost(&costs, &demand, expected[0], expected[1])?,
    );
    Ok(())
}

fn check_r_q_poisson(case: &Case) -> Result<(), Error> {
    let costs = ContinuousReviewCosts {
        holding: case.input("h"),
        shortage: case.input("p"),
        fixed: case.input("K"),
    };
    let policy = poisson_exact(&costs, case.input("demand_mean"), case.input("lead_time"))?;
    let answer = [policy.reorder_point, policy.order_quantity, policy.cost];
    case.list_agrees("stockpyl", &answer, CLOSED_FORM);
    Ok(())
}

fn check_s_s_poisson(case: &Case) -> Result<(), Error> {
    let law = DemandLaw::poisson(case.input("demand_mean"))?;
    let policy = min_max::exact(&law, case.input("h"), case.input("p"), case.input("K"))?;
    let answer = [policy.reorder_point, policy.order_up_to_level, policy.cost];
    case.list_agrees("stockpyl", &answer, CLOSED_FORM);
    Ok(())
}

fn check_power_approximation(case: &Case) -> Result<(), Error> {
    let levels = min_max::power_approximation(
        case.input("mean"),
        case.input("sd"),
        case.input("h"),
        case.input("p"),
        case.input("K"),
    )?;
    let answer = [levels.reorder_point, levels.order_up_to_level];
    case.list_agrees("stockpyl", &answer, CLOSED_FORM);
    Ok(())
}

fn check_wagner_whitin(case: &Case) -> Result<(), Error> {
    let plan = wagner_whitin(&case.inputs("d"), case.input("K"), case.input("h"))?;
    let expected = case.output("stockpyl");
    // stockpyl counts periods from 1 and leaves element 0 empty.
    assert_eq!(plan.orders, numbers(&expected[0])[1..]);
    close(
        plan.cost,
        expected[1].as_f64().unwrap(),
        CLOSED_FORM,
        case.0,
    );
    Ok(())
}

fn check_silver_meal(case: &Case) -> Result<(), Error> {
    let plan = silver_meal(&case.inputs("d"), case.input("K"), case.input("h"))?;
    case.list_agrees("orders", &plan.orders, CLOSED_FORM);
    Ok(())
}

fn planner_input(case: &Case, lead_time_std_dev: f64) -> SafetyStockInput {
    SafetyStockInput {
        avg_daily_demand: case.input("mean_d"),
        demand_std_dev: case.input("sd_d"),
        lead_time_days: case.input("L"),
        lead_time_std_dev,
        service_level: case.input("csl"),
    }
}

fn check_safety_stock(case: &Case) -> Result<(), Error> {
    let input = planner_input(case, case.input("sd_L"));
    let answer = safety_stock(&input, SafetyStockMethod::Combined)?;
    case.agrees("z", answer.z_score);
    case.agrees("sigma_LTD", answer.quantity / answer.z_score);
    case.agrees("safety_stock", answer.quantity);
    let mean = input.avg_daily_demand * input.lead_time_days;
    case.agrees("mean_LTD", mean);
    let level = reorder_point(
        input.avg_daily_demand,
        input.lead_time_days,
        answer.quantity,
    )?;
    case.agrees("reorder_point", level);
    Ok(())
}

fn check_periodic_review(case: &Case) -> Result<(), Error> {
    let level = order_up_to_level(&planner_input(case, 0.0), case.input("R"))?;
    case.agrees("safety_stock", level.safety_stock);
    case.agrees("order_up_to", level.order_up_to_level);
    Ok(())
}

fn check_fill_rate(case: &Case) -> Result<(), Error> {
    let (beta, quantity) = (case.input("beta"), case.input("Q"));
    let mean = case.input("mean_d") * case.input("L");
    let sigma = case.input("sd_d") * case.input("L").sqrt();
    case.agrees("sigma_LTD", sigma);
    case.agrees("target_unit_loss", (1.0 - beta) * quantity / sigma);

    let approximate = safety_factor(beta, quantity, sigma)?;
    case.agrees("k", approximate);
    case.agrees("safety_stock", approximate * sigma);
    case.agrees("reorder_point", mean + approximate * sigma);
    let service = service_of_reorder_point(mean + approximate * sigma, mean, sigma, quantity)?;
    case.agrees("csl_at_k", service.cycle_service_level);

    let exact = safety_factor_exact(beta, quantity, sigma)?;
    case.agrees("k_exact", exact);
    case.agrees("safety_stock_exact", exact * sigma);
    case.agrees("reorder_point_exact", mean + exact * sigma);
    Ok(())
}

fn check_service(case: &Case) -> Result<(), Error> {
    let service = service_of_reorder_point(
        case.input("r"),
        case.input("mean_d") * case.input("L"),
        case.input("sd_d") * case.input("L").sqrt(),
        case.input("Q"),
    )?;
    case.agrees("k", service.safety_factor);
    case.agrees("csl", service.cycle_service_level);
    case.agrees(
        "expected_units_short_per_cycle",
        service.units_short_per_cycle,
    );
    case.agrees("fill_rate", service.fill_rate);
    case.agrees("fill_rate_exact", service.fill_rate_exact);
    Ok(())
}

fn check_poisson_quantile(case: &Case) -> Result<(), Error> {
    let law = DemandLaw::poisson(case.input("lam") * case.input("L"))?;
    let level = law.quantile(case.input("csl"))?;
    case.agrees("r", level);
    case.agrees("achieved", law.cdf(level)?);
    Ok(())
}

fn check_negative_binomial_quantile(case: &Case) -> Result<(), Error> {
    let (mean, variance) = (case.input("mean"), case.input("var"));
    let law = DemandLaw::negative_binomial(mean, variance)?;
    let p = law.mean() / law.variance();
    case.agrees("p", p);
    case.agrees("r", law.mean() * p / (1.0 - p));
    let level = law.quantile(case.input("csl"))?;
    case.agrees("q", level);
    case.agrees("cdf", law.cdf(level)?);
    Ok(())
}

fn check_gamma_quantile(case: &Case) -> Result<(), Error> {
    let law = DemandLaw::gamma(case.input("mean"), case.input("sd"))?;
    case.agrees("shape", law.mean().powi(2) / law.variance());
    case.agrees("scale", law.variance() / law.mean());
    case.agrees("rop", law.quantile(case.input("csl"))?);
    Ok(())
}

fn check_unit_normal_loss(case: &Case) -> Result<(), Error> {
    let loss = unit_normal_loss(case.input("z"))?;
    case.agrees("G", loss.shortage);
    case.list_agrees("stockpyl", &[loss.shortage, loss.surplus], CLOSED_FORM);
    Ok(())
}

fn check_poisson_loss(case: &Case) -> Result<(), Error> {
    let loss = poisson_loss(case.input("x"), case.input("mean"))?;
    case.list_agrees("stockpyl", &[loss.shortage, loss.surplus], CLOSED_FORM);
    Ok(())
}
