//! Stored states: any bytes are refused or work without a panic, whatever was stored. The checksum
//! is put right first, so that what lies behind it is reached; without that nothing would be.
//! Seen to fail: with states that are taken as they are read, without is_sound(): a panic in an update.
#![no_main]

use forecasting::{Algorithm, Request, State, forecast_with_state};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use xxhash_rust::xxh3::xxh3_64;

const FORMAT: u8 = 1;

/// Real states of all algorithms, without format and checksum: fitted once, as that takes far longer than
/// all that is tried with them.
static REAL: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let history: Vec<f64> = (0..60).map(|day| f64::from(10 + day % 7 + day * day % 5)).collect();
    let fitted = |algorithm: &Algorithm| {
        let request = Request { algorithm: *algorithm, horizon: 7, season_length: Some(7), non_negative: true };
        let (_, state) = forecast_with_state(&history, &request).ok()?;
        let bytes = state.to_bytes();
        Some(bytes[1..bytes.len() - 4].to_vec())
    };
    Algorithm::ALL.iter().filter_map(fitted).collect()
});

/// A real state of one of the algorithms with some of its bytes overwritten.
fn damaged(algorithm: u8, places: &[(u16, u8)]) -> Vec<u8> {
    let mut body = REAL[usize::from(algorithm) % REAL.len()].clone();
    for (place, byte) in places {
        let length = body.len();
        if let Some(target) = body.get_mut(usize::from(*place) % length.max(1)) {
            *target = *byte;
        }
    }
    body
}

fuzz_target!(|input: (Vec<u8>, u8, Vec<(u16, u8)>, Vec<f64>, u8)| {
    let (bytes, algorithm, places, values, horizon) = input;
    let _ = State::from_bytes(&bytes);
    for body in [bytes, damaged(algorithm, &places)] {
        let mut sealed = vec![FORMAT];
        sealed.extend_from_slice(&body);
        sealed.extend((xxh3_64(&sealed) as u32).to_le_bytes());
        let Ok(mut state) = State::from_bytes(&sealed) else {
            continue;
        };
        let taken = state.update(&values[..values.len().min(50)]).is_ok();
        if let Ok(bands) = state.bands(usize::from(horizon)) {
            assert!(bands.mean.iter().chain(&bands.upper_95).all(|value| value.is_finite()));
        }
        let _ = (state.needs_refit(), state.tracking_signal());
        if taken {
            let stored = state.to_bytes();
            if let Ok(again) = State::from_bytes(&stored) {
                assert_eq!(again.to_bytes(), stored);
            }
        }
    }
});
