//! Names of the forms: error, trend, season.

use crate::Error;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// How errors act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ErrorForm {
    /// Added: their size is the same at every level.
    Additive,
    /// Multiplied: their size grows with the level.
    Multiplicative,
}

/// How the level moves on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TrendForm {
    /// It stays.
    None,
    /// By a slope.
    Additive,
    /// By a slope that fades.
    Damped,
}

/// How the season acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SeasonForm {
    /// There is none.
    None,
    /// Added to the level.
    Additive,
    /// Multiplied with the level.
    Multiplicative,
}

/// One of the fifteen stable forms, written as in R: `ANN`, `MAdM`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    pub(super) error: ErrorForm,
    pub(super) trend: TrendForm,
    pub(super) season: SeasonForm,
}

impl Form {
    /// Every stable form, simplest first. Additive errors with a multiplicative season are left
    /// out: their variance explodes where the level nears zero (Hyndman et al. 2008, section 4.4).
    pub fn all() -> impl Iterator<Item = Form> {
        const SEASONS: [SeasonForm; 3] = [
            SeasonForm::None,
            SeasonForm::Additive,
            SeasonForm::Multiplicative,
        ];
        const ERRORS: [ErrorForm; 2] = [ErrorForm::Additive, ErrorForm::Multiplicative];
        const TRENDS: [TrendForm; 3] = [TrendForm::None, TrendForm::Damped, TrendForm::Additive];
        let forms = SEASONS.into_iter().flat_map(|season| {
            ERRORS.into_iter().flat_map(move |error| {
                TRENDS.into_iter().map(move |trend| Form {
                    error,
                    trend,
                    season,
                })
            })
        });
        forms.filter(|form| form.is_stable())
    }

    fn is_stable(self) -> bool {
        self.error == ErrorForm::Multiplicative || self.season != SeasonForm::Multiplicative
    }

    /// Whether there is a season.
    pub fn is_seasonal(self) -> bool {
        self.season != SeasonForm::None
    }

    /// Whether every value has to be above zero.
    pub fn needs_positive_values(self) -> bool {
        self.error == ErrorForm::Multiplicative
    }

    /// Smoothing parameters, first states and the variance, for a season of `m` steps.
    pub(super) fn free_parameters(self, m: usize) -> usize {
        let trend = match self.trend {
            TrendForm::None => 0,
            TrendForm::Additive => 2,
            TrendForm::Damped => 3,
        };
        3 + trend + if self.is_seasonal() { m } else { 0 }
    }
}

impl fmt::Display for Form {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let error = match self.error {
            ErrorForm::Additive => "A",
            ErrorForm::Multiplicative => "M",
        };
        let trend = match self.trend {
            TrendForm::None => "N",
            TrendForm::Additive => "A",
            TrendForm::Damped => "Ad",
        };
        let season = match self.season {
            SeasonForm::None => "N",
            SeasonForm::Additive => "A",
            SeasonForm::Multiplicative => "M",
        };
        write!(formatter, "{error}{trend}{season}")
    }
}

impl FromStr for Form {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Form::all()
            .find(|form| text.eq_ignore_ascii_case(&form.to_string()))
            .ok_or_else(|| Error::UnknownForm(text.chars().take(64).collect()))
    }
}
