//! Fingerprints in 64 bits: equal input needs no new forecast.

use forecasting::Request;
use std::hash::Hasher;
use xxhash_rust::xxh3::Xxh3;

/// Everything but the history that a forecast depends on.
pub fn settings(request: &Request, missing: &str, minimum_history: i32, uom: Option<&str>) -> i64 {
    let mut hash = Xxh3::new();
    hash.write(env!("CARGO_PKG_VERSION").as_bytes());
    hash.write(request.algorithm.to_string().as_bytes());
    hash.write_usize(request.horizon);
    hash.write_usize(request.season_length.unwrap_or(0));
    hash.write(missing.as_bytes());
    hash.write_i32(minimum_history);
    hash.write(uom.unwrap_or_default().as_bytes());
    hash.finish().cast_signed()
}

/// Daily values from a first day on. It goes on from value to value, so that a night needs no more
/// than the new ones.
#[derive(Clone, Copy)]
pub struct History(u64);

impl History {
    /// Odd, with evenly spread bits: 2 to the 64th over the golden ratio.
    const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

    pub fn from_day(first_day: i32) -> Self {
        Self(u64::from(first_day.cast_unsigned()).wrapping_mul(Self::STEP))
    }

    pub fn stored(fingerprint: i64) -> Self {
        Self(fingerprint.cast_unsigned())
    }

    pub fn and(self, values: &[f64]) -> Self {
        let mix = |hash: u64, value: &f64| {
            let mixed = (hash ^ value.to_bits()).wrapping_mul(Self::STEP);
            mixed ^ (mixed >> 29)
        };
        Self(values.iter().fold(self.0, mix))
    }

    pub fn finish(self) -> i64 {
        self.0.cast_signed()
    }
}

/// The last days of a history, by which late rows are noticed without reading it.
pub const RECENT_DAYS: usize = 7;

/// Fingerprint of the last [`RECENT_DAYS`] of values that end on `last_day`.
pub fn recent(values: &[f64], last_day: i32) -> i64 {
    let tail = &values[values.len().saturating_sub(RECENT_DAYS)..];
    History::from_day(last_day).and(tail).finish()
}
