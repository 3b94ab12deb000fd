//! What this crate refuses, in words for the person who asked.

use crate::Algorithm;

/// Why a forecast or a model could not be made.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A count outside its range.
    #[error("{name} must be between {minimum} and {maximum}, not {value}")]
    CountOutOfRange {
        /// What was counted.
        name: &'static str,
        /// Smallest count that is accepted.
        minimum: usize,
        /// Largest count that is accepted.
        maximum: usize,
        /// What was passed.
        value: usize,
    },
    /// A smoothing parameter outside its range.
    #[error("{name} must lie between {minimum} and {maximum}, not {value}")]
    ParameterOutOfRange {
        /// Greek letter by name.
        name: &'static str,
        /// Smallest value that is accepted.
        minimum: f64,
        /// Largest value that is accepted.
        maximum: f64,
        /// What was passed.
        value: f64,
    },
    /// A season of which the history does not show two.
    #[error("season length {season_length} is more than half of the history of {length} values")]
    SeasonTooLong {
        /// Steps of one season.
        season_length: usize,
        /// Values of the history.
        length: usize,
    },
    /// A history with fewer values than the model needs.
    #[error("{model} needs at least {needed} values, not {length}")]
    HistoryTooShort {
        /// The model.
        model: &'static str,
        /// Values it needs.
        needed: usize,
        /// Values of the history.
        length: usize,
    },
    /// A history without values.
    #[error("the history is empty")]
    EmptyHistory,
    /// NaN or infinity in the history.
    #[error("the history must hold finite numbers, but value {position} is {value}")]
    NotFinite {
        /// Place in the history, from 1.
        position: usize,
        /// What stood there.
        value: f64,
    },
    /// A model with a season for a history without one.
    #[error("{model} needs a season, and the history shows none")]
    NoSeason {
        /// The model.
        model: &'static str,
    },
    /// A form of ETS whose expected values do not stay above zero for this history.
    #[error("ETS form {form} finds no path through the history that stays above zero")]
    NoPath {
        /// The form.
        form: String,
    },
    /// Zero or less where a multiplicative model divides by it.
    #[error("a multiplicative model needs values above zero, but value {position} is {value}")]
    NotPositive {
        /// Place in the history, from 1.
        position: usize,
        /// What stood there.
        value: f64,
    },
    /// Numbers so large that the arithmetic leaves the range of a double.
    #[error("the values are too large to forecast: the result is not finite")]
    Overflow,
    /// A name that is no algorithm.
    #[error("forecast algorithm \"{0}\" is unknown")]
    UnknownAlgorithm(String),
    /// A name that is no form of season.
    #[error("seasonal form \"{0}\" is unknown")]
    UnknownSeasonal(String),
    /// A stored state of another release.
    #[error("the stored state has format {found}, this release reads format {known}")]
    StateFormat {
        /// Format of the state.
        found: u8,
        /// Format that this release writes and reads.
        known: u8,
    },
    /// Bytes that are no stored state, or not all of one.
    #[error("the stored state is damaged")]
    StateDamaged,
    /// A name that is no form of ETS.
    #[error("ETS form \"{0}\" is unknown")]
    UnknownForm(String),
}

/// Whose fault an [`Error`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The caller asked for something impossible.
    InvalidArgument,
    /// The history cannot be forecast.
    UnusableData,
}

impl Error {
    /// Whether the arguments or the data are at fault.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Error::CountOutOfRange { .. }
            | Error::ParameterOutOfRange { .. }
            | Error::SeasonTooLong { .. }
            | Error::UnknownAlgorithm(_)
            | Error::UnknownSeasonal(_)
            | Error::UnknownForm(_) => ErrorKind::InvalidArgument,
            Error::HistoryTooShort { .. }
            | Error::EmptyHistory
            | Error::NotFinite { .. }
            | Error::NotPositive { .. }
            | Error::NoSeason { .. }
            | Error::NoPath { .. }
            | Error::StateFormat { .. }
            | Error::StateDamaged
            | Error::Overflow => ErrorKind::UnusableData,
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Error::CountOutOfRange { .. } | Error::ParameterOutOfRange { .. } => {
                "Choose a value within the range."
            }
            Error::SeasonTooLong { .. } => {
                "Pass a shorter season_length, or a history of at least two seasons."
            }
            Error::HistoryTooShort { .. } | Error::EmptyHistory => {
                "Record more demand first, or use AUTO, which copes with short histories."
            }
            Error::NotFinite { .. } => "Remove NaN and infinity from the history.",
            Error::NoSeason { .. } => {
                "Pass season_length and a history of two seasons, or choose a model without one."
            }
            Error::NotPositive { .. } | Error::NoPath { .. } => {
                "Use an additive model for series with zeros."
            }
            Error::Overflow => "Scale the values down; demand beyond 1e15 is not demand.",
            Error::StateFormat { .. } | Error::StateDamaged => {
                "Fit the series anew from its history."
            }
            Error::UnknownAlgorithm(_) => "Choose one of the names in the detail.",
            Error::UnknownSeasonal(_) => "Choose additive or multiplicative.",
            Error::UnknownForm(_) => "Choose a stable form such as ANN, AAdN or MAM.",
        }
    }

    /// More about it, where there is more to say.
    pub fn detail(&self) -> Option<String> {
        match self {
            Error::UnknownAlgorithm(_) => {
                let names: Vec<String> = Algorithm::ALL.iter().map(Algorithm::to_string).collect();
                Some(format!("Known are {}.", names.join(", ")))
            }
            _ => None,
        }
    }
}
