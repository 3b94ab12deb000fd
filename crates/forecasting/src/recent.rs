//! The last values of a series, stored in few bytes.
//!
//! Averages over windows, sums over buckets that end with the history and the law of counts have no
//! recursive form: they look at the last [`RECENT`] values, which the state carries along. Demand
//! is mostly small whole numbers, or numbers of a few decimals, with many zeros: it is written as
//! whole multiples of 1, 1/10 … 1/10,000 of one or two bytes each, runs of zeros as their length.
//! Other values take eight bytes each.

use serde::{Deserialize, Serialize};

/// Values that are carried along: a year of days. IMAPA and ADIDA over four years have the same errors
/// on car parts and retail to every digit that is printed, and the law of counts looks at no more.
pub(crate) const RECENT: usize = 365;
/// Decimals that are tried.
const SCALES: [f64; 5] = [1.0, 10.0, 100.0, 1e3, 1e4];
/// Multiples up to here are whole numbers in a double, and their codes fit 64 bits.
const LARGEST: f64 = 9e15;

/// The last values, oldest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(into = "Packed", try_from = "Packed")]
pub(crate) struct Recent(Vec<f64>);

/// The values as they are stored.
#[derive(Serialize, Deserialize)]
enum Packed {
    /// Codes of multiples of 1 over the scale of that place in [`SCALES`].
    Multiples(u8, Vec<u64>),
    /// The values themselves.
    Values(Vec<f64>),
}

impl Recent {
    pub(crate) fn of(history: &[f64]) -> Self {
        Self(history[history.len().saturating_sub(RECENT)..].to_vec())
    }

    pub(crate) fn push(&mut self, value: f64) {
        if self.0.len() >= RECENT {
            self.0.remove(0);
        }
        self.0.push(value);
    }

    pub(crate) fn values(&self) -> &[f64] {
        &self.0
    }
}

impl From<Recent> for Packed {
    fn from(recent: Recent) -> Self {
        let scales = (0..).zip(SCALES);
        let coded = scales
            .filter_map(|(place, scale)| Some(Packed::Multiples(place, codes(&recent.0, scale)?)))
            .next();
        coded.unwrap_or(Packed::Values(recent.0))
    }
}

impl TryFrom<Packed> for Recent {
    type Error = &'static str;

    fn try_from(packed: Packed) -> Result<Self, Self::Error> {
        let values = match packed {
            Packed::Multiples(place, codes) => SCALES
                .get(usize::from(place))
                .and_then(|scale| decoded(&codes, *scale)),
            Packed::Values(values) => Some(values).filter(|values| values.len() <= RECENT),
        };
        values.map(Self).ok_or("no recent values")
    }
}

/// Codes of multiples of `1 / scale`; `None` where a value is none. An even code is twice a multiple
/// whose lowest bit is the sign, an odd one twice the length of a run of zeros, and one more.
fn codes(values: &[f64], scale: f64) -> Option<Vec<u64>> {
    let mut codes = Vec::with_capacity(values.len());
    for value in values {
        let multiple = (value * scale).round();
        // Bits, so that a negative zero is not taken for a zero.
        if multiple.abs() > LARGEST || (multiple / scale).to_bits() != value.to_bits() {
            return None;
        }
        let sign = u64::from(multiple < 0.0);
        match codes.last_mut() {
            Some(run) if multiple == 0.0 && *run % 2 == 1 => *run += 2,
            _ if multiple == 0.0 => codes.push(3),
            _ => codes.push(4 * multiple.abs() as u64 + 2 * sign),
        }
    }
    Some(codes)
}

/// The values of `codes`; `None` where they are too many.
fn decoded(codes: &[u64], scale: f64) -> Option<Vec<f64>> {
    let mut values: Vec<f64> = Vec::with_capacity(RECENT);
    for code in codes {
        let half = code / 2;
        let room = RECENT - values.len();
        if code % 2 == 1 {
            let run = usize::try_from(half).ok().filter(|run| *run <= room)?;
            values.resize(values.len() + run, 0.0);
        } else if room > 0 {
            let size = (half / 2) as f64 / scale;
            values.push(if half % 2 == 1 { -size } else { size });
        } else {
            return None;
        }
    }
    Some(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(values: &[f64]) -> usize {
        let recent = Recent::of(values);
        let bytes = postcard::to_allocvec(&recent).unwrap();
        assert_eq!(postcard::from_bytes::<Recent>(&bytes).unwrap(), recent);
        bytes.len()
    }

    #[test]
    fn whole_numbers_and_decimals_take_a_byte_or_two_and_zeros_none() {
        assert!(stored(&[0.0; 300]) < 8);
        assert!(stored(&[7.0; 300]) < 310);
        assert!(stored(&[12.75; 300]) < 610);
        assert_eq!(stored(&[1.0 / 3.0; 300]), 2403);
        assert!(stored(&[-3.0, 0.0, 0.5, -0.25, 8e15]) < 45);
        assert!(stored(&[-0.0, 1e300, f64::MIN_POSITIVE]) < 30);
    }

    #[test]
    fn only_the_last_values_are_kept() {
        let mut recent = Recent::of(&vec![1.0; RECENT + 5]);
        recent.push(2.0);
        assert_eq!(recent.values().len(), RECENT);
        assert_eq!(recent.values().last(), Some(&2.0));
    }

    #[test]
    fn a_run_of_zeros_beyond_the_window_is_refused() {
        for packed in [
            Packed::Multiples(0, vec![u64::MAX]),
            Packed::Multiples(9, vec![4]),
            Packed::Multiples(0, vec![4; RECENT + 1]),
            Packed::Values(vec![1.0; RECENT + 1]),
        ] {
            assert!(Recent::try_from(packed).is_err());
        }
    }
}
