//! Forecasts of any series by any algorithm: finite, ordered numbers or an error, and a state that
//! says the same.
//! Seen to fail: with a quantile for the 80% band that makes it wider than the 95% one.
#![no_main]

use forecasting::{Algorithm, Request, State, forecast_with_state};
use libfuzzer_sys::fuzz_target;

#[derive(arbitrary::Arbitrary, Debug)]
struct Input {
    algorithm: u8,
    horizon: u8,
    season_length: Option<u8>,
    non_negative: bool,
    scale: i8,
    values: Vec<i16>,
    odd: Option<(u8, f64)>,
}

fuzz_target!(|input: Input| {
    let scale = 2_f64.powi(i32::from(input.scale) / 4);
    let mut history: Vec<f64> = input.values.iter().take(120).map(|value| f64::from(*value) * scale).collect();
    if let Some((place, value)) = input.odd
        && let Some(target) = history.get_mut(usize::from(place))
    {
        *target = value;
    }
    let request = Request {
        algorithm: Algorithm::ALL[usize::from(input.algorithm) % Algorithm::ALL.len()],
        horizon: usize::from(input.horizon),
        season_length: input.season_length.map(usize::from),
        non_negative: input.non_negative,
    };
    let Ok((outcome, state)) = forecast_with_state(&history, &request) else {
        return;
    };
    let bands = &outcome.bands;
    for step in 0..bands.mean.len() {
        let row = [bands.lower_95[step], bands.lower_80[step], bands.upper_80[step], bands.upper_95[step]];
        assert!(bands.mean[step].is_finite() && row.iter().all(|value| value.is_finite()), "{request:?}: {row:?}");
        assert!(row.windows(2).all(|pair| pair[0] <= pair[1]), "{request:?}: {row:?}");
    }
    if let Ok(read) = State::from_bytes(&state.to_bytes()) {
        assert_eq!(read.bands(request.horizon).ok().as_ref(), state.bands(request.horizon).ok().as_ref());
    }
});
