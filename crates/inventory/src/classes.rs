//! Classes of materials: ABC by value, XYZ by variability.
//!
//! **ABC**: materials sorted by value (usage times cost of a year), most valuable first. A material
//! is A while the materials before it hold less than 80 percent of the value, B while less than 95
//! percent, else C. So the material that crosses a threshold still belongs to the higher class, and
//! the most valuable one is always A. Materials of equal value share a class, whatever their order;
//! a material without value is C.
//!
//! **XYZ**: by the coefficient of variation of demand (standard deviation over mean): X up to 0.5,
//! Y up to 1, Z above. Without any demand there is nothing steady to plan on: Z.
//!
//! Source: H. F. Dickie, "ABC inventory analysis shoots for dollars" (1951), on V. Pareto (1896);
//! Silver, Pyke and Thomas (2017), section 2.4. Limits: the coefficient of variation rises as
//! periods get shorter: compare materials over the same period.
//!
//! ```
//! use inventory::classes::{AbcClass, AbcThresholds, XyzClass, XyzThresholds};
//! use inventory::classes::{abc_classes, xyz_class};
//! let classes = abc_classes(&[50.0, 700.0, 250.0], &AbcThresholds::default())?;
//! assert_eq!(classes, [AbcClass::C, AbcClass::A, AbcClass::A]);
//! assert_eq!(xyz_class(&[9.0, 10.0, 11.0], &XyzThresholds::default())?, XyzClass::X);
//! # Ok::<(), inventory::Error>(())
//! ```

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Error, check};

/// Class by value; A is the most valuable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum AbcClass {
    /// The few that hold most of the value.
    A,
    /// The middle.
    B,
    /// The many that hold little.
    C,
}

/// Class by variability; X is the steadiest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum XyzClass {
    /// Steady demand.
    X,
    /// Demand that fluctuates.
    Y,
    /// Irregular demand, or none.
    Z,
}

impl fmt::Display for AbcClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
        })
    }
}

impl fmt::Display for XyzClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::X => "X",
            Self::Y => "Y",
            Self::Z => "Z",
        })
    }
}

/// Cumulative shares of the value at which A and B end.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AbcThresholds {
    /// Share up to which a material is A.
    pub a: f64,
    /// Share up to which it is B.
    pub b: f64,
}

impl Default for AbcThresholds {
    /// 80 and 95 percent.
    fn default() -> Self {
        Self { a: 0.80, b: 0.95 }
    }
}

/// Coefficients of variation at which X and Y end.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct XyzThresholds {
    /// Coefficient up to which a material is X.
    pub x: f64,
    /// Coefficient up to which it is Y.
    pub y: f64,
}

impl Default for XyzThresholds {
    /// 0.5 and 1.
    fn default() -> Self {
        Self { x: 0.5, y: 1.0 }
    }
}

/// ABC class of each material, in the order of `values` (money a year, zero or more).
///
/// # Errors
/// A negative, infinite or NaN value, a sum that overflows, or thresholds that do not rise within
/// (0, 1].
pub fn abc_classes(values: &[f64], thresholds: &AbcThresholds) -> Result<Vec<AbcClass>, Error> {
    check::share("threshold of class A", thresholds.a)?;
    check::share("threshold of class B", thresholds.b)?;
    check_rising(
        "threshold of class B",
        thresholds.b,
        "that of class A",
        thresholds.a,
    )?;
    for &value in values {
        check::non_negative("value of a material", value)?;
    }
    let mut ranked: Vec<(usize, f64)> = values.iter().copied().enumerate().collect();
    ranked.sort_by(|one, other| other.1.total_cmp(&one.1));
    // Summed in rank order: the same materials in another order give the same sums.
    let total: f64 = ranked.iter().map(|&(_, value)| value).sum();
    let total = check::representable("value of all materials", total)?;

    let mut classes = vec![AbcClass::C; values.len()];
    let mut before = 0.0;
    for equals in ranked.chunk_by(|one, other| one.1 == other.1) {
        let class = match equals.first() {
            Some(&(_, 0.0)) => AbcClass::C,
            _ if before < thresholds.a * total => AbcClass::A,
            _ if before < thresholds.b * total => AbcClass::B,
            _ => AbcClass::C,
        };
        for &(index, value) in equals {
            if let Some(slot) = classes.get_mut(index) {
                *slot = class;
            }
            before += value;
        }
    }
    Ok(classes)
}

/// Coefficient of variation of a demand history: sample standard deviation over mean. `None` with
/// fewer than two periods or without demand.
///
/// # Errors
/// A negative, infinite or NaN demand, or overflow.
pub fn coefficient_of_variation(demand: &[f64]) -> Result<Option<f64>, Error> {
    for &quantity in demand {
        check::non_negative("demand", quantity)?;
    }
    let n = demand.len() as f64;
    let mean = check::representable("mean demand", demand.iter().sum::<f64>() / n.max(1.0))?;
    if demand.len() < 2 || mean == 0.0 {
        return Ok(None);
    }
    let squares: f64 = demand
        .iter()
        .map(|quantity| (quantity / mean - 1.0).powi(2))
        .sum();
    check::representable("coefficient of variation", (squares / (n - 1.0)).sqrt()).map(Some)
}

/// XYZ class of a demand history; Z where the coefficient of variation is undefined.
///
/// # Errors
/// A negative, infinite or NaN demand, or thresholds that are not positive and rising.
pub fn xyz_class(demand: &[f64], thresholds: &XyzThresholds) -> Result<XyzClass, Error> {
    check::positive("threshold of class X", thresholds.x)?;
    check::positive("threshold of class Y", thresholds.y)?;
    check_rising(
        "threshold of class Y",
        thresholds.y,
        "that of class X",
        thresholds.x,
    )?;
    Ok(match coefficient_of_variation(demand)? {
        Some(cv) if cv <= thresholds.x => XyzClass::X,
        Some(cv) if cv <= thresholds.y => XyzClass::Y,
        _ => XyzClass::Z,
    })
}

fn check_rising(
    name: &'static str,
    value: f64,
    other_name: &'static str,
    other: f64,
) -> Result<(), Error> {
    if value < other {
        return Err(Error::Below {
            name,
            value,
            other_name,
            other,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn classes(values: &[f64]) -> String {
        let classes = abc_classes(values, &AbcThresholds::default()).unwrap();
        classes.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_material_that_crosses_belongs_to_the_higher_class() {
        assert_eq!(classes(&[70.0, 15.0, 8.0, 5.0, 2.0]), "AABBC");
        assert_eq!(classes(&[100.0]), "A");
        assert_eq!(classes(&[]), "");
    }

    #[test]
    fn equal_values_share_a_class_and_worthless_ones_are_c() {
        assert_eq!(classes(&[10.0; 10]), "AAAAAAAAAA");
        assert_eq!(classes(&[0.0, 5.0, 0.0]), "CAC");
        assert_eq!(classes(&[0.0, 0.0]), "CC");
    }

    #[test]
    fn variability_sets_xyz() {
        let class = |demand: &[f64]| xyz_class(demand, &XyzThresholds::default()).unwrap();
        assert_eq!(class(&[10.0, 10.0, 10.0]), XyzClass::X);
        assert_eq!(class(&[2.0, 10.0, 6.0]), XyzClass::Y);
        assert_eq!(class(&[0.0, 0.0, 9.0]), XyzClass::Z);
        assert_eq!(class(&[0.0, 0.0]), XyzClass::Z);
        assert_eq!(class(&[]), XyzClass::Z);
        assert_eq!(XyzClass::Y.to_string(), "Y");
        assert_eq!(coefficient_of_variation(&[5.0]), Ok(None));
        // The sample standard deviation is 2, the mean 10.
        let cv = coefficient_of_variation(&[8.0, 10.0, 12.0])
            .unwrap()
            .unwrap();
        assert!((cv - 0.2).abs() < 1e-15, "{cv}");
    }

    #[test]
    fn refuses_what_is_out_of_range() {
        assert!(abc_classes(&[-1.0], &AbcThresholds::default()).is_err());
        assert!(abc_classes(&[f64::NAN], &AbcThresholds::default()).is_err());
        assert!(abc_classes(&[f64::MAX, f64::MAX], &AbcThresholds::default()).is_err());
        let falling = AbcThresholds { a: 0.9, b: 0.8 };
        assert_eq!(
            abc_classes(&[1.0], &falling).unwrap_err().to_string(),
            "threshold of class B must be at least that of class A (0.9), not 0.8"
        );
        assert!(abc_classes(&[1.0], &AbcThresholds { a: 80.0, b: 95.0 }).is_err());
        assert!(xyz_class(&[-1.0], &XyzThresholds::default()).is_err());
        assert!(xyz_class(&[1.0], &XyzThresholds { x: 0.0, y: 1.0 }).is_err());
        assert!(xyz_class(&[1.0], &XyzThresholds { x: 2.0, y: 1.0 }).is_err());
    }

    proptest! {
        #[test]
        fn classes_do_not_depend_on_the_order(
            values in prop::collection::vec(0.0..1e4f64, 1..60), shift in 0usize..60,
        ) {
            let direct = abc_classes(&values, &AbcThresholds::default()).unwrap();
            let mut turned = values.clone();
            turned.rotate_left(shift % values.len());
            let mut back = abc_classes(&turned, &AbcThresholds::default()).unwrap();
            back.rotate_right(shift % values.len());
            prop_assert_eq!(direct, back);
        }

        #[test]
        fn more_value_is_never_a_lower_class(
            values in prop::collection::vec(0.0..1e4f64, 2..60),
        ) {
            let classes = abc_classes(&values, &AbcThresholds::default()).unwrap();
            for (value, class) in values.iter().zip(&classes) {
                for (other, other_class) in values.iter().zip(&classes) {
                    prop_assert!(value < other || class <= other_class);
                }
            }
        }

        #[test]
        fn variability_has_no_unit(
            demand in prop::collection::vec(0.0..100.0f64, 2..40), scale in 0.01..1000.0f64,
        ) {
            let scaled: Vec<f64> = demand.iter().map(|quantity| quantity * scale).collect();
            let (one, other) = (coefficient_of_variation(&demand), coefficient_of_variation(&scaled));
            match (one.unwrap(), other.unwrap()) {
                (Some(one), Some(other)) => prop_assert!((one - other).abs() < 1e-9 * (1.0 + one)),
                (one, other) => prop_assert_eq!(one, other),
            }
        }
    }
}
