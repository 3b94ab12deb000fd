//! How much demand the stock must cover, and how much of it is safety stock.

use serde::{Deserialize, Serialize};

use super::{PlanInput, Service, ServiceMeasure};
use crate::lead_time_demand::{BacktestErrors, MAX_PROTECTION_DAYS, relative_interval_error};
use crate::projection::Projection;
use crate::{
    DemandLaw, Error, LeadTime, Receipt, SafetyStockInput, SafetyStockMethod, check, demand_law,
    fill_rate, project_stock, safety_stock as formula, service_level_z,
};

/// Where the spread of the protection interval's demand comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SafetyMethod {
    /// Errors that forecasts of whole intervals would have made.
    ForecastError,
    /// The smallest stock that reaches a fill rate.
    FillRate,
    /// Stated days of supply.
    DaysOfSupply,
    /// The formulas of [`crate::safety_stock()`], without a forecast.
    #[serde(untagged)]
    Formula(SafetyStockMethod),
}

/// Demand over lead time and review period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProtectionDemand {
    /// Lead time plus review period, days.
    pub days: f64,
    /// First of these days, counted from the day of the plan as 0.
    pub first_day: i64,
    /// Expected demand, units.
    pub demand: f64,
    /// Standard deviation of the forecast's error over the interval, lead time fixed; units.
    pub forecast_error_std_dev: f64,
    /// What averages of 28 days missed on past intervals, for a forecast of this size; units. `None`
    /// where the error comes from single days.
    pub average_error_std_dev: Option<f64>,
    /// Error of the forecast over that of the averages in its backtest.
    pub relative_error: f64,
    /// The backtest that it comes from.
    pub backtest: Option<BacktestErrors>,
    /// What the spread of the lead time adds, units.
    pub lead_time_error_std_dev: f64,
    /// Both together, units.
    pub std_dev: f64,
    /// Past intervals that the error was learned from; 0 where it comes from single days.
    pub intervals_observed: usize,
    /// Law of the demand.
    pub law: String,
    /// How the safety stock was found.
    pub method: SafetyMethod,
}

/// The day that `planned` starts with, counted from today as 0.
pub(super) fn first_day(input: &PlanInput) -> i64 {
    i64::from(!input.today_is_open)
}

/// Demand of the next `days` days; a plan that ends earlier goes on with its mean.
pub(super) fn planned_sum(input: &PlanInput, days: usize) -> f64 {
    partial_sum(input.demand.planned, days as f64)
}

fn partial_sum(planned: &[f64], days: f64) -> f64 {
    let whole = days.floor() as usize;
    let mean = planned.iter().sum::<f64>() / planned.len().max(1) as f64;
    let day = |index: usize| planned.get(index).copied().unwrap_or(mean);
    let known: f64 = planned.iter().take(whole).sum();
    let beyond = whole.saturating_sub(planned.len()) as f64 * mean;
    known + beyond + (days - days.floor()) * day(whole)
}

pub(super) fn protection(
    input: &PlanInput,
    lead_time: &LeadTime,
) -> Result<(ProtectionDemand, DemandLaw), Error> {
    let demand = &input.demand;
    let average = check::non_negative("average daily demand", demand.average)?;
    let daily_std_dev = check::non_negative("demand standard deviation", demand.std_dev)?;
    // Without a forecast the textbook's reorder point: average demand times lead time.
    let review = if demand.is_forecast {
        input.policy.review_period_days
    } else {
        0.0
    };
    let days = lead_time.mean + review;
    if days > MAX_PROTECTION_DAYS {
        return Err(Error::OutOfRange {
            name: "lead time plus review period",
            low: 0.0,
            high: MAX_PROTECTION_DAYS,
            value: days,
        });
    }
    let expected = if demand.is_forecast {
        partial_sum(demand.planned, days)
    } else {
        average * days
    };
    let learned = if demand.is_forecast {
        relative_interval_error(
            demand.history,
            days.ceil() as usize,
            expected,
            demand.frequent,
        )?
    } else {
        None
    };
    let backtest = demand.backtest.filter(|_| learned.is_some());
    let relative_error = backtest.map_or(Ok(1.0), |tested| tested.relative_error())?;
    let (error, intervals_observed) = match learned {
        Some(learned) => (learned.std_dev * relative_error, learned.intervals),
        None => (daily_std_dev * days.sqrt(), 0),
    };
    let marginal = if days > 0.0 { expected / days } else { average };
    let lead_time_error = marginal * lead_time.std_dev;
    let std_dev = check::representable("lead time demand", error.hypot(lead_time_error))?;
    let counted = demand
        .history
        .iter()
        .all(|quantity| quantity.fract() == 0.0);
    let law = if counted {
        demand_law::choose(expected, std_dev * std_dev)?
    } else {
        demand_law::choose_continuous(expected, std_dev * std_dev)?
    };
    let protection = ProtectionDemand {
        days,
        first_day: first_day(input),
        demand: check::representable("lead time demand", expected)?,
        forecast_error_std_dev: error,
        average_error_std_dev: learned.map(|learned| learned.std_dev),
        relative_error,
        backtest,
        lead_time_error_std_dev: lead_time_error,
        std_dev,
        intervals_observed,
        law: law.name().to_owned(),
        method: SafetyMethod::ForecastError,
    };
    Ok((protection, law))
}

/// The target, the units that reach it, and how they were found.
pub(super) fn safety_stock(
    input: &PlanInput,
    lead_time: &LeadTime,
    protection: &ProtectionDemand,
    law: &DemandLaw,
    economic: Option<f64>,
) -> Result<(Service, f64, SafetyMethod), Error> {
    let policy = input.policy;
    let service = |target, z_score| Service {
        measure: policy.service_measure,
        target,
        z_score,
    };
    match policy.service_measure {
        ServiceMeasure::DaysOfSupply => {
            let days = policy.safety_stock_days.ok_or(Error::Lacks {
                name: "service measure DAYS_OF_SUPPLY",
                figure: "safety_stock_days",
            })?;
            let daily = if protection.days > 0.0 {
                protection.demand / protection.days
            } else {
                input.demand.average
            };
            Ok((
                service(days, None),
                days * daily,
                SafetyMethod::DaysOfSupply,
            ))
        }
        ServiceMeasure::FillRate => {
            let lot = economic.unwrap_or(protection.demand).max(1.0);
            let level = policy.service_level;
            let point = fill_rate::reorder_point_for_fill_rate(law, level, lot)?;
            let quantity = (point - protection.demand).max(0.0);
            Ok((service(level, None), quantity, SafetyMethod::FillRate))
        }
        ServiceMeasure::CycleService => {
            let level = policy.service_level;
            let service = service(level, Some(service_level_z(level)?));
            if input.demand.is_forecast {
                let quantity = fill_rate::safety_stock_by_law(law, level)?;
                return Ok((service, quantity, SafetyMethod::ForecastError));
            }
            let known = SafetyStockInput {
                avg_daily_demand: input.demand.average,
                demand_std_dev: input.demand.std_dev,
                lead_time_days: lead_time.mean,
                lead_time_std_dev: lead_time.std_dev,
                service_level: level,
            };
            let stock = formula(&known, SafetyStockMethod::Auto)?;
            Ok((service, stock.quantity, SafetyMethod::Formula(stock.method)))
        }
    }
}

/// Stock at the end of each planned day without a new order; overdue orders are expected on the first.
pub(super) fn projected(input: &PlanInput, available: f64) -> Result<Projection, Error> {
    let receipts: Vec<Receipt> = input
        .orders
        .iter()
        .map(|order| Receipt {
            day: usize::try_from(order.due_day - input.today - first_day(input)).unwrap_or(0),
            quantity: order.quantity,
        })
        .collect();
    project_stock(available, input.demand.planned, &receipts)
}
