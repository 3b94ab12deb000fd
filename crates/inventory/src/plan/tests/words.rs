//! Every sentence of a plan, whole: each number in it is worked out by hand from the figures given.

use super::*;

/// The plan's text by its lines, which begin with their subjects.
fn lines(plan: &Plan, policy: &MaterialPolicy) -> Vec<String> {
    plan.text(policy, "PCE")
        .lines()
        .map(str::to_owned)
        .collect()
}

fn words(policy: &MaterialPolicy, on_hand: f64, change: impl Fn(&mut PlanInput)) -> Vec<String> {
    let world = World::at(20.0);
    let mut input = world.input(policy, on_hand, &[]);
    change(&mut input);
    lines(&plan(&input).unwrap(), policy)
}

#[test]
fn an_economic_order() {
    let text = words(&policy(), 50.0, |_| ());
    assert_eq!(
        text,
        [
            "Lead time: 9 days as stated; no receipt has been recorded.",
            "Demand over 10 days from tomorrow on (lead time + 1 of review): 200 PCE, standard deviation 3.96 = \
             sqrt(3.96^2 + 0^2). 3.96 is the error of the forecast: averages of 28 days missed 177 past intervals \
             of this length by 3.96 (root mean square, brought to the size of this forecast); it has no backtest \
             of its own. 0 is the spread of the lead time: 20 a day x 0 days.",
            "Safety stock: 6.51 PCE = 1.6449 x 3.96: the 95% quantile of the normal law of that demand, less its \
             mean.",
            "Reorder point: 206.51 PCE = 200 expected + 6.51 safety stock.",
            "Position: 50 PCE = 50 on hand - 0 allocated + 0 on order within 10 days; without a new order stock \
             runs out in 3 days.",
            "Quantity: 540.37 PCE: the larger of the economic quantity, 540.37 = sqrt(2 x 365 x 20 a day x 50 an \
             order / (10 x 0.25 a year)), and 356.51 = 206.51 + 200 - 50, with which the stock lasts another \
             interval; ordered are 541 (minimum none, multiple 1, maximum none); at 10 each 5410 in all.",
            "Dates: without an order the stock falls below the safety stock in 3 days; order today, delivery in 9 \
             days, over working days.",
            "Priority: Without the order 150 are expected to be short: what that demand, under the normal law, \
             exceeds the position by; benefit 1449.88 = 150 x 10 - 50.12 for holding the order until it is sold.",
        ]
    );
}

#[test]
fn receipts_and_a_backtest() {
    let text = words(&policy(), 50.0, |input| {
        input.lead_time = LeadTime {
            mean: 10.5,
            std_dev: 2.0,
            observations: 12,
        };
        input.demand.backtest = Some(BacktestErrors {
            forecast: 4.0,
            average: 16.0,
            weeks: 6,
        });
    });
    assert_eq!(
        text[..3],
        [
            "Lead time: 10.5 days = (12 receipts x 11.12 on average + 5 x the stated 9) / 17, standard deviation 2.",
            "Demand over 11.5 days from tomorrow on (lead time + 1 of review): 230 PCE, standard deviation 40.05 = \
             sqrt(1.96^2 + 40^2). 1.96 is the error of the forecast: averages of 28 days missed 175 past intervals \
             of this length by 3.93 (root mean square, brought to the size of this forecast), times 0.5 for its \
             backtest, which over 6 weeks missed by 4 a week where such averages missed by 16. 40 is the spread of \
             the lead time: 20 a day x 2 days.",
            "Safety stock: 65.87 PCE = 1.6449 x 40.05: the 95% quantile of the normal law of that demand, less its \
             mean.",
        ]
    );
    assert!(
        text[6].contains("below the safety stock tomorrow; order today, delivery in 11 days"),
        "{}",
        text[6]
    );
}

#[test]
fn stated_levels_and_a_fill_rate() {
    let levels = MaterialPolicy {
        replenishment_policy: OrderPolicy::MinMax,
        minimum_stock_quantity: Some(150.0),
        maximum_stock_quantity: Some(900.0),
        service_measure: ServiceMeasure::FillRate,
        order_multiple: Some(48.0),
        ..policy()
    };
    let text = words(&levels, 20.0, |_| ());
    assert_eq!(
        [&text[2], &text[3], &text[5]],
        [
            "Safety stock: 0 PCE, the least that meets 95% of demand from stock under the normal law.",
            "Reorder point: 150 PCE, as stated for the material.",
            "Quantity: 880 PCE: from 20 up to the maximum of 900; ordered are 912 (minimum none, multiple 48, \
             maximum none); at 10 each 9120 in all.",
        ]
    );
}

#[test]
fn without_a_forecast_only_the_lead_time_is_covered() {
    let weekly = MaterialPolicy {
        review_period_days: 7.0,
        service_measure: ServiceMeasure::FillRate,
        ..policy()
    };
    let text = words(&weekly, 20.0, |input| {
        input.demand.is_forecast = false;
        input.demand.std_dev = 8.0;
    });
    let said = "Demand over 9 days of lead time at the average of 20: 180 PCE";
    assert!(text[1].starts_with(said), "{}", text[1]);
}

#[test]
fn days_of_supply_and_a_shelf_life() {
    let perishable = MaterialPolicy {
        replenishment_policy: OrderPolicy::LotForLot,
        review_period_days: 2.5,
        service_measure: ServiceMeasure::DaysOfSupply,
        safety_stock_days: Some(3.0),
        minimum_order_quantity: Some(500.0),
        maximum_order_quantity: Some(4000.0),
        shelf_life_days: Some(5),
        shortage_cost: Some(30.0),
        ..policy()
    };
    let text = words(&perishable, 100.0, |_| ());
    assert_eq!(
        [&text[2], &text[5], &text[7]],
        [
            "Safety stock: 60 PCE, 3 days of expected demand.",
            "Quantity: 250 PCE: 190 below the reorder point and the demand of 3 days after the arrival, until the \
             next review; 230 can be sold within the shelf life; the vendor's minimum or multiple brings 270 that \
             may expire; ordered are 500 (minimum 500, multiple 1, maximum 4000); at 10 each 5000 in all.",
            "Priority: Without the order 130 are expected to be short: what that demand, under the normal law, \
             exceeds the position by; benefit 3857.19 = 130 x 30 - 42.81 for holding the order until it is sold.",
        ]
    );
    let long = MaterialPolicy {
        shelf_life_days: Some(500),
        minimum_order_quantity: None,
        ..perishable
    };
    let quantity = &words(&long, 100.0, |_| ())[5];
    assert!(
        !quantity.contains("shelf life") && !quantity.contains("ordered are"),
        "{quantity}"
    );
}

#[test]
fn supply_without_a_cost_from_a_day_that_is_open() {
    let periods = MaterialPolicy {
        replenishment_policy: OrderPolicy::PeriodsOfSupply,
        supply_days: Some(14),
        unit_cost: None,
        ..policy()
    };
    let text = words(&periods, 190.0, |input| input.today_is_open = true);
    assert!(
        text[1].starts_with("Demand over 10 days from today on (lead time + 1 of review): 200 PCE"),
        "{}",
        text[1]
    );
    assert_eq!(
        [&text[5], &text[7]],
        [
            "Quantity: 296.51 PCE: 16.51 below the reorder point and the demand of 14 days after the arrival; \
             ordered are 297 (minimum none, multiple 1, maximum none).",
            "Priority: Without the order 10.01 are expected to be short: what that demand, under the normal law, \
             exceeds the position by.",
        ]
    );
}

#[test]
fn economic_quantities_by_price_and_without_any() {
    let prices = [(1.0, 10.0), (1000.0, 8.0)].map(|(quantity, unit_cost)| PriceBreak {
        quantity,
        unit_cost,
    });
    let world = World::at(20.0);
    let policy = policy();
    let mut input = world.input(&policy, 100.0, &[]);
    input.prices = &prices;
    let text = lines(&plan(&input).unwrap(), &policy);
    assert_eq!(
        text[5],
        "Quantity: 1000 PCE: the larger of the economic quantity, 1000 at the vendor's prices, and 306.51 = 206.51 \
         + 200 - 100, with which the stock lasts another interval; at 8 each 8000 in all."
    );
    let free = MaterialPolicy {
        unit_cost: None,
        ..policy
    };
    assert_eq!(
        words(&free, 100.0, |_| ())[5],
        "Quantity: 306.51 PCE: the larger of the economic quantity, unknown without a cost, and 306.51 = 206.51 + \
         200 - 100, with which the stock lasts another interval; ordered are 307 (minimum none, multiple 1, maximum \
         none)."
    );
}

#[test]
fn the_formulas_without_a_forecast() {
    let safety = |daily: f64, lead: f64| {
        let text = words(&policy(), 100.0, |input| {
            input.demand.is_forecast = false;
            input.demand.std_dev = daily;
            input.lead_time.std_dev = lead;
        });
        (text[1].clone(), text[2].clone())
    };
    let (demand, steady) = safety(3.2, 0.0);
    assert_eq!(
        demand,
        "Demand over 9 days of lead time at the average of 20: 180 PCE, standard deviation 9.6 = sqrt(9.6^2 + 0^2). \
         9.6 is 3.2 a day x the root of 9 days. 0 is the spread of the lead time: 20 a day x 0 days."
    );
    assert_eq!(
        steady,
        "Safety stock: 140 PCE, 7 days at the average of 20, since neither demand nor the lead time varies much \
         (formula basic)."
    );
    let sums = [
        (
            8.0,
            0.0,
            "39.48 PCE = 1.6449 x 24: formula demand_variability",
        ),
        (
            3.2,
            2.0,
            "65.79 PCE = 1.6449 x 40: formula lead_time_variability",
        ),
        (8.0, 2.0, "76.73 PCE = 1.6449 x 46.65: formula combined"),
    ];
    for (daily, lead, words) in sums {
        assert_eq!(
            safety(daily, lead).1,
            format!("Safety stock: {words} for a service level of 95%.")
        );
    }
}

#[test]
fn a_law_that_is_not_normal_and_stock_that_lasts() {
    let mut world = World::at(20.0);
    world.history = (0..200)
        .map(|day| f64::from(u8::from(day * day % 23 == 8)))
        .collect();
    world.planned = vec![0.1; 90];
    let policy = policy();
    let text = lines(&world.plan(&policy, 1.0, &[]), &policy);
    assert_eq!(
        text[2],
        "Safety stock: 2 PCE = 3 - 1: the 95% quantile of the negative binomial law of that demand, less its mean."
    );
    let halves = World {
        history: world
            .history
            .iter()
            .map(|quantity| 0.5 * quantity)
            .collect(),
        planned: vec![0.05; 90],
        closed: BTreeSet::new(),
    };
    let law = halves.plan(&policy, 1.0, &[]).protection.law;
    assert_eq!(
        law, "gamma",
        "what is not counted in pieces has a continuous law"
    );
    let idle = lines(&world.plan(&policy, 1e6, &[]), &policy);
    assert!(
        idle[4].ends_with("without a new order no stock-out is in sight."),
        "{}",
        idle[4]
    );
    assert_eq!(
        idle[5],
        "The position is above the reorder point: nothing is ordered."
    );
}

#[test]
fn orders_on_the_way_and_late_ones() {
    let orders =
        [(990, 30.0), (1005, 40.0)].map(|(due_day, quantity)| OpenOrder { due_day, quantity });
    let world = World::at(20.0);
    let policy = policy();
    let mut input = world.input(&policy, 50.0, &orders);
    input.stock = Some(Stock {
        on_hand: 50.0,
        allocated: 8.0,
    });
    let text = lines(&plan(&input).unwrap(), &policy);
    assert_eq!(
        text[4],
        "Position: 112 PCE = 50 on hand - 8 allocated + 70 on order within 10 days (30 of it overdue); without a new \
         order stock runs out in 4 days."
    );
}
