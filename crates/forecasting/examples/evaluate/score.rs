//! The measures of the comparison table.

use crate::data::Series;
use forecasting::Bands;

/// Sums over series.
#[derive(Default)]
pub struct Score {
    steps: f64,
    symmetric: f64,
    scaled: f64,
    scaled_series: f64,
    root_scaled: f64,
    root_scaled_series: f64,
    error: f64,
    absolute_error: f64,
    demand: f64,
    inside_80: f64,
    inside_95: f64,
    pinball: f64,
}

impl Score {
    /// Names of the figures of [`Score::line`].
    pub const HEADER: &'static str =
        "              sMAPE     MASE    RMSSE     WAPE    bias%    in 80    in 95  pinball";

    /// Adds one series with its forecast.
    pub fn push(&mut self, series: &Series, bands: &Bands) {
        let (mut absolute, mut squared, mut pinball) = (0.0, 0.0, 0.0);
        for (step, actual) in series.test.iter().enumerate() {
            let mean = bands.mean[step];
            let error = mean - actual;
            absolute += error.abs();
            squared += error * error;
            self.error += error;
            self.demand += actual;
            let both = actual.abs() + mean.abs();
            if both > 0.0 {
                self.symmetric += 200.0 * error.abs() / both;
            }
            let inside =
                |low: f64, high: f64| f64::from(u8::from(low <= *actual && *actual <= high));
            self.inside_80 += inside(bands.lower_80[step], bands.upper_80[step]);
            self.inside_95 += inside(bands.lower_95[step], bands.upper_95[step]);
            for (probability, bound) in [
                (0.025, bands.lower_95[step]),
                (0.1, bands.lower_80[step]),
                (0.9, bands.upper_80[step]),
                (0.975, bands.upper_95[step]),
            ] {
                let above = actual - bound;
                pinball += (probability * above).max((probability - 1.0) * above) / 4.0;
            }
        }
        let count = series.test.len() as f64;
        self.steps += count;
        self.absolute_error += absolute;
        if let Some(scale) = mean_of(&series.train, series.season_length, f64::abs) {
            self.scaled += absolute / count / scale;
            self.scaled_series += 1.0;
        }
        if let Some(scale) = mean_of(&series.train, 1, |step| step * step) {
            self.root_scaled += (squared / count / scale).sqrt();
            self.root_scaled_series += 1.0;
            self.pinball += pinball / count / scale.sqrt();
        }
    }

    /// The figures that a peer is compared by.
    pub fn summary(&self) -> serde_json::Map<String, serde_json::Value> {
        let figures = [
            ("smape", self.symmetric / self.steps),
            ("mase", self.scaled / self.scaled_series),
            ("rmsse", self.root_scaled / self.root_scaled_series),
            ("bias_pct", 100.0 * self.error / self.demand),
            ("inside_80", self.inside_80 / self.steps),
            ("inside_95", self.inside_95 / self.steps),
            ("pinball", self.pinball / self.root_scaled_series),
        ];
        let named = figures.map(|(name, figure)| (name.to_owned(), figure.into()));
        named.into_iter().collect()
    }

    /// The figures of a group in one line.
    pub fn line(&self, group: &str) -> String {
        format!(
            "{group:<10} {:8.3} {:8.4} {:8.4} {:8.4} {:8.2} {:8.3} {:8.3} {:8.4}",
            self.symmetric / self.steps,
            self.scaled / self.scaled_series,
            self.root_scaled / self.root_scaled_series,
            self.absolute_error / self.demand,
            100.0 * self.error / self.demand,
            self.inside_80 / self.steps,
            self.inside_95 / self.steps,
            self.pinball / self.root_scaled_series,
        )
    }
}

/// Mean size of the differences of values `lag` steps apart; `None` where it is 0.
fn mean_of(values: &[f64], lag: usize, size: impl Fn(f64) -> f64) -> Option<f64> {
    let differences = values.iter().zip(values.iter().skip(lag));
    let sum: f64 = differences
        .map(|(former, value)| size(value - former))
        .sum();
    let mean = sum / values.len().saturating_sub(lag) as f64;
    (mean > 0.0).then_some(mean)
}
