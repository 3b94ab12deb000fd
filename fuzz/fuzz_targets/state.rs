//! Stored states: any bytes are refused or work without a panic, whatever was stored. The checksum
//! is put right first, so that what lies behind it is reached; without that nothing would be.
#![no_main]

use forecasting::{Algorithm, Request, State, forecast_with_state};
use libfuzzer_sys::fuzz_target;
use xxhash_rust::xxh3::xxh3_64;

const FORMAT: u8 = 1;

/// A real state of one of the algorithms with some of its bytes overwritten.
fn damaged(algorithm: u8, places: &[(u16, u8)]) -> Vec<u8> {
    let history: Vec<f64> = (0..60).map(|day| f64::from(10 + day % 7 + day * day % 5)).collect();
    let request = Request {
        algorithm: Algorithm::ALL[usize::from(algorithm) % Algorithm::ALL.len()],
        horizon: 7,
        season_length: Some(7),
        non_negative: true,
    };
    let Ok((_, state)) = forecast_with_state(&history, &request) else {
        return Vec::new();
    };
    let mut body = state.to_bytes();
    body.truncate(body.len().saturating_sub(4));
    body.remove(0);
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
