//! What a policy would have done: replays the end of a material's own history, day by day, against
//! plans that know only the days before.

use crate::demand::{daily, finite_day};
use crate::document::Document;
use crate::errors::{Error, report};
use crate::plan::{WINDOW, is_frequent};
use ::demand::{Missing, Recorded, statistics};
use forecasting::{Algorithm, Explanation, Request};
use inventory::LeadTime;
use inventory::lead_time_demand::BacktestErrors;
use inventory::plan::{Demand, MaterialPolicy, PlanInput, plan};
use inventory::simulation::{Policy, SimulationOutcome, SimulationSettings, simulate_rolling};
use pgrx::Array;
use pgrx::datum::Date;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use serde::Deserialize;
use std::collections::BTreeSet;

const DAYS_A_YEAR: f64 = 365.0;
/// Longest replay: three years.
const MAX_DAYS: i32 = 1096;
const MAX_LEVELS: usize = 50;

/// How the material is forecast.
#[derive(Deserialize)]
struct ForecastSettings {
    forecast_algorithm: String,
    season_length: Option<usize>,
    /// Days of history below which a forecast is not relied upon.
    minimum_forecast_history_days: usize,
}

/// Service and cost of a material's policy at each service level, over the last `days` of its history.
/// No row where fewer days come before them than the material asks of a forecast. Sums are means over the replications.
#[pg_extern(immutable, strict, parallel_safe, cost = 200000)]
#[allow(clippy::too_many_arguments, clippy::type_complexity)]
fn simulate_material(
    policy: Document,
    series: &[u8],
    through: Date,
    days: i32,
    service_levels: Array<'_, f64>,
    lead_time_days: f64,
    lead_time_std_dev: f64,
    use_forecast: bool,
    replications: i32,
    seed: i64,
) -> Result<
    TableIterator<
        'static,
        (
            name!(service_level, f64),
            name!(daily_demand, f64),
            name!(demand, f64),
            name!(units_short, f64),
            name!(cycles, i64),
            name!(cycles_without_stockout, i64),
            name!(days_in_stock, f64),
            name!(average_stock, f64),
            name!(orders, f64),
            name!(holding_cost, f64),
            name!(ordering_cost, f64),
            name!(shortage_cost, f64),
        ),
    >,
    ErrorReport,
> {
    let wanted: ForecastSettings = policy.parsed("policy")?;
    let policy: MaterialPolicy = policy.parsed("policy")?;
    let levels = crate::forecast::history(Some(service_levels))?;
    check("days", i64::from(days), 1, i64::from(MAX_DAYS))?;
    check(
        "the number of service_levels",
        levels.len() as i64,
        1,
        MAX_LEVELS as i64,
    )?;
    check(
        "replications",
        i64::from(replications),
        1,
        inventory::simulation::MAX_REPLICATIONS as i64,
    )?;
    let recorded = Recorded::from_bytes(series).map_err(report)?;
    let history = daily(&recorded, finite_day(through)?, Missing::Zero).map_err(report)?;
    let start = history.len().saturating_sub(days as usize);
    if start < wanted.minimum_forecast_history_days.max(1) {
        return Ok(TableIterator::new(Vec::new()));
    }
    let lead_time = LeadTime {
        mean: lead_time_days,
        // The textbook's formula, which the replay compares with, knows no spread of the lead time.
        std_dev: if use_forecast { lead_time_std_dev } else { 0.0 },
        observations: 0,
    };
    let world = World {
        history: &history,
        start,
        policy: &policy,
        lead_time,
        use_forecast,
    };
    let known = world.reviews(&wanted)?;
    let cost = policy.unit_cost.unwrap_or(0.0);
    let settings = SimulationSettings {
        lead_time_days,
        lead_time_std_dev,
        holding_cost: cost * policy.holding_cost_pct / DAYS_A_YEAR,
        ordering_cost: policy.ordering_cost,
        shortage_cost: policy.shortage_cost.unwrap_or(cost),
        order_limits: Some(policy.limits().map_err(report)?),
        replications: replications as usize,
        seed: seed.cast_unsigned(),
        ..SimulationSettings::default()
    };
    let mut rows = Vec::with_capacity(levels.len());
    for level in levels {
        let policies = world.policies(&known, level)?;
        let outcome = simulate_rolling(&history[start..], &policies, &settings).map_err(report)?;
        rows.push(row(level, &outcome));
    }
    Ok(TableIterator::new(rows))
}

type Row = (f64, f64, f64, f64, i64, i64, f64, f64, f64, f64, f64, f64);

fn row(level: f64, outcome: &SimulationOutcome) -> Row {
    (
        level,
        outcome.demand / outcome.days.max(1) as f64,
        outcome.demand,
        outcome.units_short,
        outcome.cycles as i64,
        outcome.cycles_without_stockout as i64,
        outcome.days_in_stock,
        outcome.average_stock,
        outcome.orders,
        outcome.holding_cost,
        outcome.ordering_cost,
        outcome.shortage_cost,
    )
}

fn check(name: &'static str, value: i64, low: i64, high: i64) -> Result<(), ErrorReport> {
    if (low..=high).contains(&value) {
        return Ok(());
    }
    Err(report(Error::OutOfRange {
        name,
        value,
        low,
        high,
    }))
}

/// The material and the part of its history that is replayed.
struct World<'a> {
    history: &'a [f64],
    start: usize,
    policy: &'a MaterialPolicy,
    lead_time: LeadTime,
    use_forecast: bool,
}

/// What is known at the end of a day: days of history, demand expected from tomorrow on.
struct Review {
    known: usize,
    frequent: bool,
    planned: Vec<f64>,
    backtest: Option<BacktestErrors>,
}

/// How a forecast did in its backtest beside the moving average.
fn backtest_errors(explanation: &Explanation) -> Option<BacktestErrors> {
    let of = |algorithm: Algorithm| {
        explanation
            .candidates
            .iter()
            .find(|candidate| candidate.algorithm == algorithm)
    };
    let own = of(explanation.algorithm)?;
    Some(BacktestErrors {
        forecast: own.weekly_error?,
        average: of(Algorithm::MovingAverage)?.weekly_error?,
        weeks: u32::try_from(own.weeks).ok()?,
    })
}

impl World<'_> {
    /// One review a day, each from the days up to it.
    fn reviews(&self, wanted: &ForecastSettings) -> Result<Vec<Review>, ErrorReport> {
        let frequent = is_frequent(&self.history[..self.start])?;
        let interval = self.lead_time.mean + self.policy.review_period_days;
        let supply = self.policy.supply_days.unwrap_or(0);
        let horizon = (interval.ceil() as usize)
            .max(supply)
            .clamp(1, forecasting::MAX_HORIZON);
        let request = Request {
            algorithm: wanted.forecast_algorithm.parse().map_err(report)?,
            horizon,
            season_length: wanted.season_length,
            non_negative: true,
        };
        (self.start + 1..=self.history.len())
            .map(|known| {
                pgrx::check_for_interrupts!();
                let history = &self.history[..known];
                let (planned, backtest) = if self.use_forecast {
                    let outcome = forecasting::forecast(history, &request).map_err(report)?;
                    (outcome.bands.mean, backtest_errors(&outcome.explanation))
                } else {
                    let average = statistics(history, WINDOW).map_or(0.0, |seen| seen.mean);
                    (vec![average; horizon], None)
                };
                Ok(Review {
                    known,
                    frequent,
                    planned,
                    backtest,
                })
            })
            .collect()
    }

    /// The policy of each day at a service level.
    fn policies(&self, reviews: &[Review], service_level: f64) -> Result<Vec<Policy>, ErrorReport> {
        let policy = MaterialPolicy {
            service_level,
            ..self.policy.clone()
        };
        let open = BTreeSet::new();
        reviews
            .iter()
            .map(|review| {
                pgrx::check_for_interrupts!();
                let history = &self.history[..review.known];
                let seen = statistics(history, WINDOW);
                let input = PlanInput {
                    policy: &policy,
                    demand: Demand {
                        history,
                        frequent: review.frequent,
                        planned: &review.planned,
                        is_forecast: self.use_forecast,
                        backtest: review.backtest,
                        average: seen.map_or(0.0, |seen| seen.mean),
                        std_dev: seen.map_or(0.0, |seen| seen.std_dev),
                    },
                    stock: None,
                    orders: &[],
                    lead_time: self.lead_time,
                    prices: &[],
                    closed_days: &open,
                    today: 0,
                    today_is_open: false,
                };
                plan(&input)
                    .and_then(|plan| plan.replay_policy(&input))
                    .map_err(report)
            })
            .collect()
    }
}
