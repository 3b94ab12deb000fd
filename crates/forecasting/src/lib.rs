//! Forecasts of demand series: models, their choice, their intervals, their errors.
//!
//! Pure functions over plain numbers: no database, no clock, no I/O. A history is a slice of values
//! at equal steps (days, in this project), oldest first. Every function refuses NaN and infinity
//! and answers finite numbers only.
//!
//! ```
//! use forecasting::{Algorithm, Request, forecast};
//!
//! let history: Vec<f64> = (0..84).map(|day| 100.0 + 20.0 * f64::from(u8::from(day % 7 == 5))).collect();
//! let request = Request {
//!     algorithm: Algorithm::Auto,
//!     horizon: 14,
//!     season_length: None,
//!     non_negative: true,
//! };
//! let outcome = forecast(&history, &request)?;
//! assert_eq!(outcome.bands.mean.len(), 14);
//! assert_eq!(outcome.explanation.season_length, Some(7));
//! # Ok::<(), forecasting::Error>(())
//! ```
//!
//! | question | answer |
//! |---|---|
//! | what will demand be | [`forecast()`], [`models`] |
//! | why this model | [`Explanation`] |
//! | the model of a name, and nothing else | [`fit`] |
//! | does it have a season | [`detect_seasonality`] |
//! | how does demand arrive | [`classify_demand`] |
//! | does it rise or fall | [`detect_trend`] |
//! | how likely is less than that | [`forecast_quantiles`] |
//! | how would it have done | [`backtest()`] |
//! | what does a new day's value change | [`forecast_with_state`], [`State`] |
//! | how good was it | [`metrics`] |

#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod algorithm;
mod backtest;
mod bands;
mod check;
mod classify;
mod conformal;
mod count_law;
pub mod error;
mod forecast;
mod lanes;
pub mod metrics;
pub mod models;
mod optimise;
mod profile;
mod recent;
mod rolling;
mod seasonality;
mod select;
mod state;
mod stl;
mod trend;
mod words;

pub use algorithm::Algorithm;
pub use backtest::Backtest;
pub use bands::Bands;
pub use check::{MAX_HISTORY, MAX_HORIZON, MAX_SEASON_LENGTH};
pub use classify::{DemandClass, DemandPattern, classify_demand};
pub use error::{Error, ErrorKind};
pub use forecast::{
    Candidate, Explanation, Outcome, Request, Status, forecast, forecast_quantiles,
};
pub use rolling::{BacktestOptions, BacktestReport, backtest};
pub use seasonality::{Season, detect_seasonality};
pub use select::fit;
pub use state::{State, forecast_with_state};
pub use trend::{Direction, Trend, detect_trend};
