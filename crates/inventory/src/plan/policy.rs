//! Master data and policy of a material, by the names that planners know.

use serde::{Deserialize, Serialize};

use crate::calendar::LeadTimeUnit;
use crate::{Error, OrderLimits, check};

/// How the size of an order is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OrderPolicy {
    /// The economic quantity, or what lifts the position to last another interval if that is more.
    #[default]
    Eoq,
    /// What is missing until the next review.
    LotForLot,
    /// What is missing and the demand of the days after the arrival.
    PeriodsOfSupply,
    /// Up to a maximum level.
    MinMax,
}

/// What a safety stock aims at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ServiceMeasure {
    /// Probability of no stock-out in a replenishment cycle.
    #[default]
    CycleService,
    /// Share of demand met from stock.
    FillRate,
    /// Average demand of a number of days.
    DaysOfSupply,
}

/// Master data and policy of a material. Quantities in units, costs in one currency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MaterialPolicy {
    /// How the size of an order is found.
    pub replenishment_policy: OrderPolicy,
    /// Days that an order covers (periods of supply).
    pub supply_days: Option<usize>,
    /// Stated reorder point; `None` computes it.
    pub minimum_stock_quantity: Option<f64>,
    /// Stated level to order up to (min/max); `None` takes reorder point plus economic quantity.
    pub maximum_stock_quantity: Option<f64>,
    /// Days between two looks at the stock.
    pub review_period_days: f64,
    /// What the safety stock aims at.
    pub service_measure: ServiceMeasure,
    /// Cycle service level or fill rate, between 0 and 1.
    pub service_level: f64,
    /// Days of supply held as safety stock.
    pub safety_stock_days: Option<f64>,
    /// Stated lead time, days.
    pub lead_time_days: f64,
    /// How lead times are counted when dates are set.
    pub lead_time_unit: LeadTimeUnit,
    /// Smallest order.
    pub minimum_order_quantity: Option<f64>,
    /// Orders are whole numbers of it; `None` for whole units.
    pub order_multiple: Option<f64>,
    /// Largest order.
    pub maximum_order_quantity: Option<f64>,
    /// Days after its arrival on which stock is lost.
    pub shelf_life_days: Option<usize>,
    /// Cost of a unit.
    pub unit_cost: Option<f64>,
    /// Cost of an order.
    pub ordering_cost: f64,
    /// Cost of holding a unit for a year, as a share of its cost.
    pub holding_cost_pct: f64,
    /// Cost of a unit that stock could not meet; `None` takes the cost of the unit.
    pub shortage_cost: Option<f64>,
}

/// Orders are whole units where nothing else is said.
const WHOLE_UNITS: f64 = 1.0;

impl MaterialPolicy {
    /// Minimum, multiple and maximum of one order.
    ///
    /// # Errors
    /// Those of [`OrderLimits::new`].
    pub fn limits(&self) -> Result<OrderLimits, Error> {
        OrderLimits::new(
            self.minimum_order_quantity,
            Some(self.order_multiple.unwrap_or(WHOLE_UNITS)),
            self.maximum_order_quantity,
        )
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        check::non_negative("review period", self.review_period_days)?;
        check::non_negative("ordering cost", self.ordering_cost)?;
        check::non_negative("holding cost", self.holding_cost_pct)?;
        let optional = [
            ("minimum stock", self.minimum_stock_quantity),
            ("maximum stock", self.maximum_stock_quantity),
            ("days of supply", self.safety_stock_days),
            ("unit cost", self.unit_cost),
            ("shortage cost", self.shortage_cost),
        ];
        for (name, value) in optional {
            check::non_negative(name, value.unwrap_or(0.0))?;
        }
        self.limits().map(drop)
    }
}
