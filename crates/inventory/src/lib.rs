//! Inventory decisions: how much safety stock, when to order, how much.
//!
//! Pure functions over plain numbers: no database, no clock, no I/O. Quantities are in units of the
//! material, times in days, money in one currency, shares and probabilities between 0 and 1. Every
//! function refuses NaN, infinity and arguments out of range with an [`Error`] and answers finite
//! numbers only.
//!
//! | question | answer |
//! |---|---|
//! | what does a service level cost in standard deviations | [`service_level_z`] |
//! | how much safety stock | [`safety_stock()`], [`fill_rate`] |
//! | how does demand vary | [`demand_law`], [`loss`], [`lead_time_demand()`] |
//! | when to order | [`reorder_point()`], [`periodic_review`], [`project_stock`] |
//! | how much to order | [`economic_order_quantity`], [`eoq`], [`quantity_policy`], [`lot_sizing`] |
//! | when and how much together | [`propose_order`], [`continuous_review`], [`min_max`], [`newsvendor`] |
//! | what the vendor and the shelf allow | [`round_order_quantity`], [`OrderLimits`], [`quantity_policy::shelf_life_cap`] |
//! | on which day | [`calendar`] |
//! | how urgent is it, and what comes first | [`replenishment_urgency`], [`budget`] |
//! | how long does the vendor really take | [`lead_time_statistics`] |
//! | which materials deserve attention | [`classes`] |
//! | all of it for one material | [`plan`] |
//! | what would a policy have done | [`simulation`] |

#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod budget;
pub mod calendar;
mod check;
pub mod classes;
pub mod continuous_review;
pub mod demand_law;
pub mod eoq;
pub mod error;
pub mod fill_rate;
pub mod lead_time;
pub mod lead_time_demand;
pub mod loss;
pub mod lot_sizing;
pub mod min_max;
pub mod newsvendor;
mod normal;
pub mod order_quantity;
pub mod periodic_review;
pub mod plan;
pub mod projection;
pub mod proposal;
pub mod quantity_policy;
mod random;
pub mod reorder_point;
pub mod safety_stock;
pub mod service_level;
pub mod simulation;
mod solve;
pub mod urgency;

pub use demand_law::DemandLaw;
pub use error::{Error, ErrorKind};
pub use lead_time::{LeadTime, lead_time_statistics};
pub use lead_time_demand::{
    ForecastDay, LeadTimeDemand, lead_time_demand, lead_time_demand_from_errors,
};
pub use order_quantity::{economic_order_quantity, round_order_quantity};
pub use projection::{Projection, Receipt, project_stock};
pub use proposal::{OrderLimits, ProposalInput, propose_order};
pub use reorder_point::reorder_point;
pub use safety_stock::{SafetyStock, SafetyStockInput, SafetyStockMethod, safety_stock};
pub use service_level::service_level_z;
pub use urgency::{Urgency, replenishment_urgency};
