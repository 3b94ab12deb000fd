//! Packed demand: any bytes are read as what they say or refused, and daily values stay in bounds.
//! Seen to fail: with a daily() that answers up to four times the limit.
#![no_main]

use demand::{Missing, Recorded, statistics};
use libfuzzer_sys::fuzz_target;

const LIMIT: usize = 36_525;

fuzz_target!(|input: (i32, u16, Vec<u8>)| {
    let (until, window, bytes) = input;
    let Ok(recorded) = Recorded::from_bytes(&bytes) else {
        return;
    };
    let again = Recorded::from_bytes(&recorded.to_bytes());
    // Two rows of one day add up, and two finite numbers may have an infinite sum.
    if let Ok(again) = again {
        assert_eq!(again, recorded);
    }
    for missing in [Missing::Zero, Missing::Interpolate] {
        if let Ok(daily) = recorded.daily(until, missing, LIMIT) {
            assert!((1..=LIMIT).contains(&daily.len()));
            assert!(statistics(&daily, usize::from(window)).is_none_or(|known| known.days > 0));
        }
    }
});
