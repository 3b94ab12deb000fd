//! How demand arrives: often or seldom, in even or uneven sizes.
//!
//! ADI is the mean number of steps between demands, CV squared the squared coefficient of variation
//! of their sizes. ADI below 1.32 is frequent, CV squared below 0.49 even; the four combinations
//! are smooth, erratic (frequent, uneven), intermittent (seldom, even) and lumpy. Source: Syntetos,
//! Boylan and Croston (2005). Values of zero or less are no demand.

use crate::{Error, check};
use serde::Serialize;
use std::fmt;

/// Class of a demand series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DemandPattern {
    /// Frequent, even.
    Smooth,
    /// Frequent, uneven.
    Erratic,
    /// Seldom, even.
    Intermittent,
    /// Seldom, uneven.
    Lumpy,
    /// None at all.
    NoDemand,
}

impl fmt::Display for DemandPattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            DemandPattern::Smooth => "SMOOTH",
            DemandPattern::Erratic => "ERRATIC",
            DemandPattern::Intermittent => "INTERMITTENT",
            DemandPattern::Lumpy => "LUMPY",
            DemandPattern::NoDemand => "NO_DEMAND",
        })
    }
}

/// Class of a series with the figures it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct DemandClass {
    /// Average demand interval, in steps; `None` without demand.
    pub adi: Option<f64>,
    /// Squared coefficient of variation of the demand sizes; `None` with fewer than two demands.
    pub cv_squared: Option<f64>,
    /// The class.
    pub pattern: DemandPattern,
}

/// Average demand interval from which demand is seldom.
const SELDOM: f64 = 1.32;
/// Squared coefficient of variation from which sizes are uneven.
const UNEVEN: f64 = 0.49;

/// Classifies a history of at least one value.
///
/// # Errors
/// An empty history, NaN or infinity in it.
pub fn classify_demand(history: &[f64]) -> Result<DemandClass, Error> {
    check::history(history)?;
    let sizes: Vec<f64> = history
        .iter()
        .copied()
        .filter(|value| *value > 0.0)
        .collect();
    if sizes.is_empty() {
        return Ok(DemandClass {
            adi: None,
            cv_squared: None,
            pattern: DemandPattern::NoDemand,
        });
    }
    let count = sizes.len() as f64;
    let adi = history.len() as f64 / count;
    let mean = sizes.iter().sum::<f64>() / count;
    let cv_squared = (sizes.len() > 1).then(|| {
        let squares: f64 = sizes.iter().map(|size| (size / mean - 1.0).powi(2)).sum();
        squares / (count - 1.0)
    });
    let pattern = match (adi >= SELDOM, cv_squared.unwrap_or(0.0) >= UNEVEN) {
        (false, false) => DemandPattern::Smooth,
        (false, true) => DemandPattern::Erratic,
        (true, false) => DemandPattern::Intermittent,
        (true, true) => DemandPattern::Lumpy,
    };
    Ok(DemandClass {
        adi: Some(adi),
        cv_squared,
        pattern,
    })
}

/// Share of steps without demand from which a series is forecast as seldom demand.
const ZEROS: f64 = 0.05;

/// Whether demand comes seldom.
pub(crate) fn is_seldom(history: &[f64]) -> bool {
    let zeros = history.iter().filter(|value| **value <= 0.0).count() as f64;
    if zeros >= ZEROS * history.len() as f64 {
        return true;
    }
    let pattern = classify_demand(history).map(|class| class.pattern);
    matches!(
        pattern,
        Ok(DemandPattern::Intermittent | DemandPattern::Lumpy)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_four_classes_are_told_apart() {
        let pattern = |history: &[f64]| classify_demand(history).unwrap().pattern;
        assert_eq!(pattern(&[10.0, 11.0, 9.0, 10.0]), DemandPattern::Smooth);
        assert_eq!(pattern(&[1.0, 30.0, 2.0, 1.0]), DemandPattern::Erratic);
        assert_eq!(
            pattern(&[5.0, 0.0, 5.0, 0.0, 5.0, 0.0]),
            DemandPattern::Intermittent
        );
        assert_eq!(
            pattern(&[1.0, 0.0, 40.0, 0.0, 2.0, 0.0]),
            DemandPattern::Lumpy
        );
        assert_eq!(pattern(&[0.0, 0.0]), DemandPattern::NoDemand);
    }

    #[test]
    fn one_step_in_twenty_without_demand_is_seldom() {
        let zeros = |count: usize| -> Vec<f64> {
            (0..100)
                .map(|at| f64::from(u8::from(at >= count)))
                .collect()
        };
        assert!(!is_seldom(&zeros(4)));
        assert!(is_seldom(&zeros(5)));
    }

    #[test]
    fn figures_are_those_of_the_definition() {
        let class = classify_demand(&[2.0, 0.0, 4.0, 0.0]).unwrap();
        assert_eq!(class.adi, Some(2.0));
        // sizes 2 and 4: mean 3, sample variance 2
        assert!((class.cv_squared.unwrap() - 2.0 / 9.0).abs() < 1e-12);
    }
}
