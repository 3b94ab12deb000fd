//! What can be wrong with an argument or with the data, in the words a planner reads.
//!
//! Messages are in lower case, without a full stop, and name the value. [`Error::kind`] is what a
//! caller maps to its own codes; [`Error::detail`] and [`Error::hint`] complete the message.
//!
//! ```
//! let error = inventory::service_level_z(1.0).unwrap_err();
//! assert_eq!(error.to_string(), "service level must lie between 0 and 1, not 1");
//! assert_eq!(error.kind(), inventory::ErrorKind::InvalidArgument);
//! ```

/// Why a function of this crate refused to answer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// NaN or an infinity was passed.
    #[error("{name} must be a finite number, not {value}")]
    NotFinite {
        /// The argument, in words.
        name: &'static str,
        /// What was passed.
        value: f64,
    },
    /// A quantity, time or cost below zero.
    #[error("{name} must be zero or more, not {value}")]
    Negative {
        /// The argument, in words.
        name: &'static str,
        /// What was passed.
        value: f64,
    },
    /// Zero or less where only a positive value has a meaning.
    #[error("{name} must be positive, not {value}")]
    NotPositive {
        /// The argument, in words.
        name: &'static str,
        /// What was passed.
        value: f64,
    },
    /// A value outside its interval.
    #[error("{name} must lie between {low} and {high}, not {value}")]
    OutOfRange {
        /// The argument, in words.
        name: &'static str,
        /// Lower end of the interval.
        low: f64,
        /// Upper end of the interval.
        high: f64,
        /// What was passed.
        value: f64,
    },
    /// A value that must not fall below another argument.
    #[error("{name} must be at least {other_name} ({other}), not {value}")]
    Below {
        /// The argument, in words.
        name: &'static str,
        /// What was passed.
        value: f64,
        /// The argument it is compared with.
        other_name: &'static str,
        /// The value of that argument.
        other: f64,
    },
    /// A value that must lie above another argument.
    #[error("{name} must be above {other_name} ({other}), not {value}")]
    NotAbove {
        /// The argument, in words.
        name: &'static str,
        /// What was passed.
        value: f64,
        /// The argument it is compared with.
        other_name: &'static str,
        /// The value of that argument.
        other: f64,
    },
    /// A word that is not in the list of known words.
    #[error("unknown {name} \"{value}\"")]
    UnknownName {
        /// What the word should have named.
        name: &'static str,
        /// What was passed.
        value: String,
        /// The words that are known.
        expected: &'static str,
    },
    /// A list without an element.
    #[error("{name} must not be empty")]
    Empty {
        /// The list, in words.
        name: &'static str,
    },
    /// A list whose order, length or values contradict each other.
    #[error("{name} {problem}")]
    Inconsistent {
        /// The list, in words.
        name: &'static str,
        /// What is wrong, as the rest of the sentence.
        problem: &'static str,
    },
    /// A policy that needs a figure which was not given.
    #[error("{name} needs {figure}")]
    Lacks {
        /// The policy, in words.
        name: &'static str,
        /// The figure.
        figure: &'static str,
    },
    /// The arguments are fine one by one, but the answer is no finite number.
    #[error("{name} is too large to be computed from these values")]
    TooLarge {
        /// The result, in words.
        name: &'static str,
    },
    /// A search ended without an answer within its limits.
    #[error("no {name} was found within {limit} steps")]
    NotFound {
        /// What was searched for.
        name: &'static str,
        /// How far the search went.
        limit: usize,
    },
}

/// The two classes of errors: the call was wrong, or the data does not allow an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// An argument is out of its range (SQLSTATE 22023).
    InvalidArgument,
    /// The data is empty, contradictory or too large (SQLSTATE 22000).
    UnusableData,
}

impl Error {
    /// Whether the caller or the data is at fault.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Empty { .. }
            | Self::Inconsistent { .. }
            | Self::TooLarge { .. }
            | Self::NotFound { .. } => ErrorKind::UnusableData,
            _ => ErrorKind::InvalidArgument,
        }
    }

    /// What to do about it, one sentence.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NotFinite { .. } => "Replace NaN and infinity by a number, or leave the row out.",
            Self::Negative { .. } => "Quantities, times and costs start at zero.",
            Self::NotPositive { .. } => "Pass a value above zero.",
            Self::OutOfRange { .. } => {
                "Shares and probabilities are fractions: write 0.95 for 95 percent."
            }
            Self::Below { .. } | Self::NotAbove { .. } => "Raise the one value or lower the other.",
            Self::UnknownName { .. } => "Use one of the names listed in the detail.",
            Self::Empty { .. } => "Pass at least one value.",
            Self::Lacks { .. } => "Give it, or choose another policy.",
            Self::Inconsistent { .. } => "Compare the lists element by element.",
            Self::TooLarge { .. } => "Check the units: one of the values is out of proportion.",
            Self::NotFound { .. } => "Check the costs and the demand: they are out of proportion.",
        }
    }

    /// More about the value, where the message alone does not say it all.
    pub fn detail(&self) -> Option<String> {
        match self {
            Self::UnknownName { expected, .. } => Some(format!("Known names: {expected}.")),
            _ => None,
        }
    }
}
