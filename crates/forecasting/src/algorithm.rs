//! Names of the algorithms.

use crate::Error;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// How a series is forecast.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum Algorithm {
    /// The combination for the kind of demand, or what takes its place.
    Auto,
    /// The last value for ever.
    Naive,
    /// The last season again and again.
    SeasonalNaive,
    /// The mean of the last values.
    MovingAverage,
    /// Simple exponential smoothing.
    ExponentialSmoothing,
    /// Holt's linear trend.
    Holt,
    /// Holt's trend, damped.
    HoltDamped,
    /// Trend and additive season.
    HoltWinters,
    /// Trend and multiplicative season.
    HoltWintersMultiplicative,
    /// The line from the first value to the last, drawn on.
    Drift,
    /// Exponential smoothing in state-space form, the form chosen by AICc.
    Ets,
    /// The Theta method.
    Theta,
    /// Theta with a fitted pull to the line.
    OptimizedTheta,
    /// Theta with a fitted pull to a line that moves with the series.
    DynamicOptimizedTheta,
    /// Size over interval of seldom demand.
    Croston,
    /// Croston with optimised smoothing.
    CrostonOptimized,
    /// Croston corrected for its bias.
    Sba,
    /// Size times probability of seldom demand.
    Tsb,
    /// Smoothed aggregates of seldom demand.
    Adida,
    /// Smoothed aggregates of several lengths.
    Imapa,
    /// Several seasons taken out by local regression, the rest by ETS.
    Mstl,
    /// A weighted mean of several models, by the kind of demand.
    Combination,
}

impl Algorithm {
    /// Every algorithm there is.
    pub const ALL: &'static [Algorithm] = &[
        Algorithm::Auto,
        Algorithm::Naive,
        Algorithm::SeasonalNaive,
        Algorithm::MovingAverage,
        Algorithm::ExponentialSmoothing,
        Algorithm::Holt,
        Algorithm::HoltDamped,
        Algorithm::HoltWinters,
        Algorithm::HoltWintersMultiplicative,
        Algorithm::Drift,
        Algorithm::Ets,
        Algorithm::Theta,
        Algorithm::OptimizedTheta,
        Algorithm::DynamicOptimizedTheta,
        Algorithm::Croston,
        Algorithm::CrostonOptimized,
        Algorithm::Sba,
        Algorithm::Tsb,
        Algorithm::Adida,
        Algorithm::Imapa,
        Algorithm::Mstl,
        Algorithm::Combination,
    ];

    /// The name as users write it.
    pub fn name(self) -> &'static str {
        match self {
            Algorithm::Auto => "AUTO",
            Algorithm::Naive => "NAIVE",
            Algorithm::SeasonalNaive => "SEASONAL_NAIVE",
            Algorithm::MovingAverage => "MOVING_AVERAGE",
            Algorithm::ExponentialSmoothing => "EXPONENTIAL_SMOOTHING",
            Algorithm::Holt => "HOLT",
            Algorithm::HoltDamped => "HOLT_DAMPED",
            Algorithm::HoltWinters => "HOLT_WINTERS",
            Algorithm::HoltWintersMultiplicative => "HOLT_WINTERS_MULTIPLICATIVE",
            Algorithm::Drift => "DRIFT",
            Algorithm::Ets => "ETS",
            Algorithm::Theta => "THETA",
            Algorithm::OptimizedTheta => "OPTIMIZED_THETA",
            Algorithm::DynamicOptimizedTheta => "DYNAMIC_OPTIMIZED_THETA",
            Algorithm::Croston => "CROSTON",
            Algorithm::CrostonOptimized => "CROSTON_OPTIMIZED",
            Algorithm::Sba => "SBA",
            Algorithm::Tsb => "TSB",
            Algorithm::Adida => "ADIDA",
            Algorithm::Imapa => "IMAPA",
            Algorithm::Mstl => "MSTL",
            Algorithm::Combination => "COMBINATION",
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// Reads a name in any case; SES stands for EXPONENTIAL_SMOOTHING.
impl FromStr for Algorithm {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        if text.eq_ignore_ascii_case("SES") {
            return Ok(Algorithm::ExponentialSmoothing);
        }
        Algorithm::ALL
            .iter()
            .copied()
            .find(|algorithm| text.eq_ignore_ascii_case(algorithm.name()))
            .ok_or_else(|| Error::UnknownAlgorithm(text.chars().take(64).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back_in_any_case() {
        for algorithm in Algorithm::ALL {
            let lower = algorithm.to_string().to_lowercase();
            assert_eq!(lower.parse(), Ok(*algorithm));
            let json = serde_json::to_string(algorithm).unwrap();
            assert_eq!(json, format!("\"{algorithm}\""));
        }
        assert_eq!("ses".parse(), Ok(Algorithm::ExponentialSmoothing));
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_known_ones() {
        let error = "PROPHET".parse::<Algorithm>().unwrap_err();
        assert!(error.to_string().contains("PROPHET"));
        assert!(error.detail().unwrap().contains("HOLT_WINTERS"));
    }
}
