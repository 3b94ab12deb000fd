//! Mean and spread of daily demand.

/// What safety stock is computed from, per day, in units of the material.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Statistics {
    /// Mean of the days.
    pub mean: f64,
    /// Sample standard deviation; 0 for a single day.
    pub std_dev: f64,
    /// Days.
    pub days: usize,
    /// Days with demand.
    pub demand_days: usize,
}

/// Statistics of the last `window` values; `None` without any. Two passes: exact where one pass
/// over large, even values would cancel.
pub fn statistics(daily: &[f64], window: usize) -> Option<Statistics> {
    let values = &daily[daily.len().saturating_sub(window)..];
    if values.is_empty() {
        return None;
    }
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    Some(Statistics {
        mean,
        std_dev: (squares / (count - 1.0).max(1.0)).sqrt(),
        days: values.len(),
        demand_days: values.iter().filter(|value| **value > 0.0).count(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_window_counts() {
        let statistics = statistics(&[1e9, 2.0, 4.0, 0.0], 3).unwrap();
        assert_eq!((statistics.mean, statistics.std_dev), (2.0, 2.0));
        assert_eq!((statistics.days, statistics.demand_days), (3, 2));
    }

    #[test]
    fn a_single_day_has_no_spread_and_no_day_no_statistics() {
        assert_eq!(statistics(&[7.0], 365).unwrap().std_dev, 0.0);
        assert_eq!(statistics(&[], 365), None);
        assert_eq!(statistics(&[7.0], 0), None);
    }

    #[test]
    fn a_small_spread_on_a_large_level_survives() {
        let statistics = statistics(&[1e9, 1e9 + 1.0, 1e9 + 2.0], 3).unwrap();
        assert_eq!(statistics.std_dev, 1.0);
    }
}
