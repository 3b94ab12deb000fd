//! Order plans from any numbers: a plan of finite numbers or an error.
//! Seen to fail: a working-day lead time without a limit never ended; days of supply near the largest
//! double made a safety stock of infinity.
#![no_main]

use inventory::eoq::PriceBreak;
use inventory::lead_time_demand::BacktestErrors;
use inventory::plan::{Demand, MaterialPolicy, OpenOrder, OrderPolicy, PlanInput, ServiceMeasure, Stock, plan};
use inventory::{calendar::LeadTimeUnit, lead_time_statistics};
use libfuzzer_sys::fuzz_target;
use std::collections::BTreeSet;

#[derive(arbitrary::Arbitrary, Debug)]
struct Input {
    kinds: u8,
    numbers: [f64; 14],
    small: [i16; 6],
    /// Errors of the forecast and of the average, weeks.
    backtest: Option<(f64, f64, u8)>,
    history: Vec<u16>,
    planned: Vec<u16>,
    orders: Vec<(i16, f64)>,
    closed: Vec<i8>,
    receipts: Vec<u8>,
    prices: Vec<(f64, f64)>,
}

/// A number of everyday size, and at times the wild one as it came.
fn tame(number: f64, divisor: f64) -> f64 {
    if number.to_bits() % 8 == 0 { number } else { ((number.to_bits() % 100_000) as f64) / divisor }
}

fuzz_target!(|input: Input| {
    let number = |place: usize| tame(input.numbers[place], 100.0);
    let given = |place: usize| (input.numbers[place].to_bits() % 3 != 0).then(|| number(place));
    let policy = MaterialPolicy {
        replenishment_policy: [OrderPolicy::Eoq, OrderPolicy::LotForLot, OrderPolicy::PeriodsOfSupply, OrderPolicy::MinMax]
            [usize::from(input.kinds % 4)],
        supply_days: usize::try_from(input.small[0]).ok(),
        minimum_stock_quantity: given(0),
        maximum_stock_quantity: given(1),
        review_period_days: tame(input.numbers[2], 1e4),
        service_measure: [ServiceMeasure::CycleService, ServiceMeasure::FillRate, ServiceMeasure::DaysOfSupply]
            [usize::from(input.kinds / 4 % 3)],
        service_level: tame(input.numbers[3], 1e5),
        safety_stock_days: given(4),
        lead_time_days: tame(input.numbers[5], 1e3),
        lead_time_unit: if input.kinds / 16 % 2 == 0 { LeadTimeUnit::Calendar } else { LeadTimeUnit::Working },
        minimum_order_quantity: given(6),
        order_multiple: given(7),
        maximum_order_quantity: given(8),
        shelf_life_days: usize::try_from(input.small[1]).ok(),
        unit_cost: given(9),
        ordering_cost: number(10),
        holding_cost_pct: tame(input.numbers[11], 1e5),
        shortage_cost: given(12),
    };
    let history: Vec<f64> = input.history.iter().take(400).map(|value| f64::from(*value) / 8.0).collect();
    let planned: Vec<f64> = input.planned.iter().take(120).map(|value| f64::from(*value) / 8.0).collect();
    let receipts: Vec<f64> = input.receipts.iter().map(|days| f64::from(*days)).collect();
    let Ok(lead_time) = lead_time_statistics(&receipts, policy.lead_time_days) else {
        return;
    };
    let orders: Vec<OpenOrder> = input
        .orders
        .iter()
        .take(20)
        .map(|(due, quantity)| OpenOrder { due_day: i64::from(*due), quantity: tame(*quantity, 10.0) })
        .collect();
    let closed: BTreeSet<i64> = input.closed.iter().map(|day| i64::from(*day)).collect();
    let prices: Vec<PriceBreak> = input
        .prices
        .iter()
        .take(8)
        .map(|(quantity, unit_cost)| PriceBreak { quantity: tame(*quantity, 10.0), unit_cost: tame(*unit_cost, 100.0) })
        .collect();
    let backtest = input.backtest.map(|(forecast, average, weeks)| BacktestErrors {
        forecast: tame(forecast, 10.0),
        average: tame(average, 10.0),
        weeks: u32::from(weeks),
    });
    let average = if history.is_empty() { 0.0 } else { history.iter().sum::<f64>() / history.len() as f64 };
    let stock = (input.kinds < 200).then(|| Stock { on_hand: number(13), allocated: f64::from(input.small[2].max(0)) });
    let planned_input = PlanInput {
        policy: &policy,
        demand: Demand { history: &history, frequent: input.kinds % 2 == 0, planned: &planned, is_forecast: !planned.is_empty(), average, std_dev: average / 2.0, backtest },
        stock,
        orders: &orders,
        lead_time,
        prices: &prices,
        closed_days: &closed,
        today: i64::from(input.small[3]),
        today_is_open: input.kinds % 5 == 0,
    };
    if let Ok(made) = plan(&planned_input) {
        let text = format!("{made:?}");
        assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
        assert!(made.safety_stock >= 0.0, "{text}");
    }
});
