//! Bracketed searches shared by the modules that invert a monotone function.

/// Halvings until a bracket of doubles closes: 64 bits of mantissa and exponent, and some.
const MAX_HALVINGS: usize = 200;

/// Largest whole number a search looks at; a double counts exactly up to 2^53.
const MAX_INTEGER: u64 = 1 << 53;

/// The root of a decreasing function between `low` (value ≥ 0) and `high` (value ≤ 0).
pub(crate) fn decreasing_root(f: impl Fn(f64) -> f64, mut low: f64, mut high: f64) -> f64 {
    for _ in 0..MAX_HALVINGS {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            break;
        }
        if f(middle) > 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    low + (high - low) / 2.0
}

/// A point above `start` where a decreasing function is no longer positive, found by doubling the
/// step; `None` when there is none among the doubles.
pub(crate) fn upper_bracket(f: impl Fn(f64) -> f64, start: f64, step: f64) -> Option<f64> {
    let mut step = step;
    loop {
        let high = start + step;
        if !high.is_finite() {
            return None;
        }
        if f(high) <= 0.0 {
            return Some(high);
        }
        step *= 2.0;
    }
}

/// The smallest whole number for which `holds` turns true and stays so; `None` beyond 2^53.
pub(crate) fn smallest_integer(holds: impl Fn(u64) -> bool) -> Option<u64> {
    if holds(0) {
        return Some(0);
    }
    let mut high = 1;
    while !holds(high) {
        high *= 2;
        if high > MAX_INTEGER {
            return None;
        }
    }
    let mut low = high / 2;
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if holds(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    Some(high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_root_to_the_last_digit() {
        let root = decreasing_root(|x| 2.0 - x * x, 0.0, 2.0);
        assert!((root - std::f64::consts::SQRT_2).abs() < 1e-15);
    }

    #[test]
    fn finds_the_first_whole_number() {
        for first in [0u64, 1, 2, 3, 1000, 123_456_789] {
            assert_eq!(smallest_integer(|n| n >= first), Some(first));
        }
        assert_eq!(smallest_integer(|_| false), None);
    }

    #[test]
    fn brackets_or_gives_up() {
        assert_eq!(upper_bracket(|x| 100.0 - x, 0.0, 1.0), Some(128.0));
        assert_eq!(upper_bracket(|_| 1.0, 0.0, 1.0), None);
    }
}
