//! Forecasts in the shape in which SQL returns them.

use forecasting::Bands;
use pgrx::JsonB;
use serde::Serialize;

/// One forecast day: step from 1, mean, 80% band, 95% band.
pub type Step = (i32, f64, f64, f64, f64, f64);

/// A day with the parameters of the model that made it.
pub type FittedStep = (i32, f64, f64, f64, f64, f64, JsonB);

/// The days of a forecast as rows.
pub fn steps(bands: Bands) -> impl Iterator<Item = Step> {
    let lower = bands.lower_80.into_iter().zip(bands.lower_95);
    let upper = bands.upper_80.into_iter().zip(bands.upper_95);
    (1..).zip(bands.mean).zip(lower.zip(upper)).map(
        |((step, mean), ((lo_80, lo_95), (hi_80, hi_95)))| (step, mean, lo_80, hi_80, lo_95, hi_95),
    )
}

/// The days as rows, each with `parameters` as json.
pub fn fitted_steps(bands: Bands, parameters: &impl Serialize) -> Vec<FittedStep> {
    let parameters = json(parameters);
    steps(bands)
        .map(|(step, mean, lo_80, hi_80, lo_95, hi_95)| {
            let parameters = JsonB(parameters.clone());
            (step, mean, lo_80, hi_80, lo_95, hi_95, parameters)
        })
        .collect()
}

/// Our own plain structures always have a json form; a value without one would be null.
pub fn json(value: &impl Serialize) -> serde_json::Value {
    serde_json::to_value(value).unwrap_or_default()
}
