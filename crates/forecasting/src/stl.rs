//! Seasonal-trend decomposition by local regression (STL), for one season.
//!
//! Source: Cleveland, Cleveland, McRae and Terpenning (1990), without robustness weights: two inner
//! rounds; each smooths the values of every place of the season over the years (local constant),
//! takes what is slower than the season out of that, and smooths the rest to the trend (local line).
//! The windows are those of R's `stl`.

/// Rounds of the inner loop, as in R's `stl`.
const ROUNDS: usize = 2;

/// The seasonal part of `values`; at least two seasons.
pub(crate) fn seasonal(values: &[f64], season_length: usize, season_window: usize) -> Vec<f64> {
    let (n, m) = (values.len(), season_length);
    let ratio = 1.5 * m as f64 / (1.0 - 1.5 / season_window as f64);
    let trend_window = odd(ratio.ceil() as usize);
    let low_window = odd(m);
    let mut trend = vec![0.0; n];
    let mut season = vec![0.0; n];
    for _ in 0..ROUNDS {
        let detrended: Vec<f64> = values.iter().zip(&trend).map(|(y, t)| y - t).collect();
        let cycle = smooth_places(&detrended, m, season_window);
        let low = moving_mean(&moving_mean(&moving_mean(&cycle, m), m), 3);
        let low = loess(&low, low_window, 1);
        for (place, figure) in season.iter_mut().enumerate() {
            *figure = cycle[place + m] - low[place];
        }
        let rest: Vec<f64> = values.iter().zip(&season).map(|(y, s)| y - s).collect();
        trend = loess(&rest, trend_window, 1);
    }
    season
}

/// The next odd number.
fn odd(window: usize) -> usize {
    window + usize::from(window.is_multiple_of(2))
}

/// Each place of the season smoothed over the seasons, with one season more on both sides.
fn smooth_places(values: &[f64], m: usize, window: usize) -> Vec<f64> {
    let mut cycle = vec![0.0; values.len() + 2 * m];
    for place in 0..m {
        let series: Vec<f64> = values.iter().skip(place).step_by(m).copied().collect();
        let last = series.len() as f64 - 1.0;
        let before = local(&series, -1.0, window, 0);
        let after = local(&series, last + 1.0, window, 0);
        let inside = loess(&series, window, 0);
        let smoothed = std::iter::once(before).chain(inside).chain([after]);
        for (cell, value) in cycle.iter_mut().skip(place).step_by(m).zip(smoothed) {
            *cell = value;
        }
    }
    cycle
}

fn moving_mean(values: &[f64], window: usize) -> Vec<f64> {
    let means = values.windows(window);
    means
        .map(|part| part.iter().sum::<f64>() / window as f64)
        .collect()
}

/// Local regression of degree 0 or 1 at every point. Between points at most a tenth of the window
/// apart it is drawn as a line, as in the paper's software.
fn loess(values: &[f64], window: usize, degree: u8) -> Vec<f64> {
    let jump = window.div_ceil(10);
    let last = values.len().saturating_sub(1);
    let mut smoothed = vec![0.0; values.len()];
    let mut former: Option<(usize, f64)> = None;
    let mut at = 0;
    loop {
        let value = local(values, at as f64, window, degree);
        let (begin, from) = former.unwrap_or((at, value));
        for (step, cell) in smoothed.iter_mut().enumerate().take(at).skip(begin) {
            let share = (step - begin) as f64 / (at - begin).max(1) as f64;
            *cell = from + share * (value - from);
        }
        if at >= last {
            smoothed[last] = value;
            return smoothed;
        }
        former = Some((at, value));
        at = (at + jump).min(last);
    }
}

/// The local regression's value at `at`, with tricube weights over the `window` nearest points.
fn local(values: &[f64], at: f64, window: usize, degree: u8) -> f64 {
    let n = values.len();
    let size = window.min(n);
    let centred = (at - (window / 2) as f64).max(0.0) as usize;
    let begin = centred.min(n - size);
    let end = begin + size;
    let mut reach = (at - begin as f64).max((end - 1) as f64 - at);
    if window > n {
        reach += ((window - n) / 2) as f64;
    }
    let weight = |place: usize| {
        let distance = (place as f64 - at).abs() / reach.max(f64::MIN_POSITIVE);
        (1.0 - distance.min(1.0).powi(3)).powi(3)
    };
    let (mut total, mut first, mut second) = (0.0, 0.0, 0.0);
    let (mut sum, mut moment) = (0.0, 0.0);
    for (place, value) in values.iter().enumerate().take(end).skip(begin) {
        let (weight, offset) = (weight(place), place as f64 - at);
        total += weight;
        first += weight * offset;
        second += weight * offset * offset;
        sum += weight * value;
        moment += weight * offset * value;
    }
    if total <= 0.0 {
        return values.get(begin).copied().unwrap_or_default();
    }
    let spread = total * second - first * first;
    if degree == 0 || spread <= 1e-9 * total * total {
        return sum / total;
    }
    (second * sum - first * moment) / spread
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_season_on_a_line_is_found_whole() {
        let pattern = [3.0, -1.0, -2.0, 0.0];
        let values: Vec<f64> = (0..48)
            .map(|step| 10.0 + 0.5 * f64::from(step) + pattern[step as usize % 4])
            .collect();
        let season = seasonal(&values, 4, 11);
        for (step, figure) in season.iter().enumerate() {
            // Two rounds leave a tenth of the slope of 0.5 in the figures of the first season.
            assert!((figure - pattern[step % 4]).abs() < 0.06, "{step} {figure}");
        }
    }
}
