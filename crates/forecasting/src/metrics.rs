//! How far forecasts were from what came.
//!
//! Percentages are in percent. A measure that is undefined (a percentage of nothing, a ratio to
//! zero) is `None`, never 0. Errors are forecast minus actual: above zero the forecast was too high.
//! Sources: Hyndman and Koehler (2006) for MASE and the critique of MAPE; Trigg (1964) for the
//! tracking signal.
//!
//! ```
//! use forecasting::metrics::Accumulator;
//! let mut pairs = Accumulator::default();
//! pairs.push(100.0, 110.0);
//! pairs.push(0.0, 5.0);
//! assert_eq!(pairs.mape(), Some(10.0));
//! assert_eq!(pairs.mape_excluded(), 1);
//! assert_eq!(pairs.wape(), Some(15.0));
//! ```

use serde::{Deserialize, Serialize};

/// Sums over pairs of actual and forecast, from which every measure follows; small, and mergeable
/// in any order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Accumulator {
    count: u64,
    sum_actual: f64,
    sum_abs_actual: f64,
    sum_squared_actual: f64,
    sum_forecast: f64,
    sum_abs_error: f64,
    sum_squared_error: f64,
    sum_ratio: f64,
    ratio_count: u64,
    sum_symmetric: f64,
}

impl Accumulator {
    /// Adds one pair of finite numbers.
    pub fn push(&mut self, actual: f64, forecast: f64) {
        let error = forecast - actual;
        self.count += 1;
        self.sum_actual += actual;
        self.sum_abs_actual += actual.abs();
        self.sum_squared_actual += actual * actual;
        self.sum_forecast += forecast;
        self.sum_abs_error += error.abs();
        self.sum_squared_error += error * error;
        if actual != 0.0 {
            self.sum_ratio += (error / actual).abs();
            self.ratio_count += 1;
        }
        let both = actual.abs() + forecast.abs();
        if both > 0.0 {
            self.sum_symmetric += error.abs() / both;
        }
    }

    /// Adds the pairs of another accumulator.
    pub fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.sum_actual += other.sum_actual;
        self.sum_abs_actual += other.sum_abs_actual;
        self.sum_squared_actual += other.sum_squared_actual;
        self.sum_forecast += other.sum_forecast;
        self.sum_abs_error += other.sum_abs_error;
        self.sum_squared_error += other.sum_squared_error;
        self.sum_ratio += other.sum_ratio;
        self.ratio_count += other.ratio_count;
        self.sum_symmetric += other.sum_symmetric;
    }

    /// Pairs that were added.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Sum of the actual values.
    pub fn total_actual(&self) -> f64 {
        self.sum_actual
    }

    /// Sum of the forecasts.
    pub fn total_forecast(&self) -> f64 {
        self.sum_forecast
    }

    /// Pairs that MAPE leaves out because their actual value is 0.
    pub fn mape_excluded(&self) -> u64 {
        self.count - self.ratio_count
    }

    /// Mean absolute percentage error over pairs whose actual value is not 0.
    pub fn mape(&self) -> Option<f64> {
        ratio(100.0 * self.sum_ratio, self.ratio_count as f64)
    }

    /// Mean of 200 |error| / (|actual| + |forecast|); a pair of zeros counts as 0.
    pub fn smape(&self) -> Option<f64> {
        ratio(200.0 * self.sum_symmetric, self.count as f64)
    }

    /// Sum of absolute errors as a percentage of the sum of actual sizes.
    pub fn wape(&self) -> Option<f64> {
        ratio(100.0 * self.sum_abs_error, self.sum_abs_actual)
    }

    /// Root mean squared error.
    pub fn rmse(&self) -> Option<f64> {
        ratio(self.sum_squared_error, self.count as f64).map(f64::sqrt)
    }

    /// Mean absolute error.
    pub fn mae(&self) -> Option<f64> {
        ratio(self.sum_abs_error, self.count as f64)
    }

    /// Mean of forecast minus actual.
    pub fn bias(&self) -> Option<f64> {
        ratio(self.sum_forecast - self.sum_actual, self.count as f64)
    }

    /// Sum of forecast minus actual as a percentage of the sum of actual values.
    pub fn bias_pct(&self) -> Option<f64> {
        ratio(
            100.0 * (self.sum_forecast - self.sum_actual),
            self.sum_actual,
        )
    }

    /// Sum of forecast minus actual over the mean absolute error.
    pub fn tracking_signal(&self) -> Option<f64> {
        ratio(self.sum_forecast - self.sum_actual, self.mae()?)
    }

    /// Share of the variance of the actual values that the forecasts explain; below 0 where their
    /// mean would have done better.
    pub fn r_squared(&self) -> Option<f64> {
        let mean = ratio(self.sum_actual, self.count as f64)?;
        let variance = self.sum_squared_actual - mean * self.sum_actual;
        if variance <= 1e-12 * self.sum_squared_actual {
            return None;
        }
        ratio(self.sum_squared_error, variance).map(|unexplained| 1.0 - unexplained)
    }

    /// Root mean squared error over that of the naive forecast: `scale` is the mean squared difference
    /// of neighbours in the history.
    pub fn rmsse(&self, scale: f64) -> Option<f64> {
        ratio(self.rmse()?, scale.sqrt())
    }

    /// Mean absolute error over `scale`, the naive forecast's mean absolute error in the history.
    pub fn mase(&self, scale: f64) -> Option<f64> {
        ratio(self.mae()?, scale)
    }
}

/// A quotient that is finite, or nothing.
fn ratio(numerator: f64, denominator: f64) -> Option<f64> {
    let quotient = numerator / denominator;
    (denominator != 0.0 && quotient.is_finite()).then_some(quotient)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(pairs: &[(f64, f64)]) -> Accumulator {
        let mut accumulator = Accumulator::default();
        for (actual, forecast) in pairs {
            accumulator.push(*actual, *forecast);
        }
        accumulator
    }

    #[test]
    fn measures_are_those_of_their_definitions() {
        let pairs = pairs(&[(10.0, 12.0), (20.0, 16.0), (0.0, 1.0)]);
        let close = |value: Option<f64>, expected: f64| {
            assert!(
                (value.unwrap() - expected).abs() < 1e-12,
                "{value:?} {expected}"
            );
        };
        close(pairs.mae(), 7.0 / 3.0);
        close(pairs.rmse(), f64::sqrt(7.0));
        close(pairs.mape(), 20.0);
        close(pairs.wape(), 100.0 * 7.0 / 30.0);
        close(
            pairs.smape(),
            (200.0 * 2.0 / 22.0 + 200.0 * 4.0 / 36.0 + 200.0) / 3.0,
        );
        close(pairs.bias(), -1.0 / 3.0);
        close(pairs.bias_pct(), -100.0 / 30.0);
        close(pairs.tracking_signal(), -1.0 / (7.0 / 3.0));
        close(pairs.mase(2.0), 7.0 / 6.0);
        close(pairs.rmsse(4.0), f64::sqrt(7.0) / 2.0);
        // Around their mean of 10 the actual values have a sum of squares of 200, the errors one of 21.
        close(pairs.r_squared(), 1.0 - 21.0 / 200.0);
    }

    #[test]
    fn what_is_undefined_is_none_and_never_zero() {
        let zeros = pairs(&[(0.0, 1.0), (0.0, 2.0)]);
        assert_eq!(zeros.mape(), None);
        assert_eq!(zeros.wape(), None);
        assert_eq!(zeros.bias_pct(), None);
        assert_eq!(zeros.mase(0.0), None);
        assert_eq!(zeros.r_squared(), None);
        assert_eq!(pairs(&[(5.0, 5.0)]).tracking_signal(), None);
        assert_eq!(Accumulator::default().mae(), None);
    }

    #[test]
    fn merging_equals_pushing_all() {
        let all = pairs(&[(1.0, 2.0), (3.0, 1.0), (0.0, 4.0)]);
        let mut merged = pairs(&[(1.0, 2.0)]);
        merged.merge(&pairs(&[(3.0, 1.0), (0.0, 4.0)]));
        assert_eq!(merged, all);
    }
}
