//! Probability laws for the demand of a period (a day, a lead time, a protection interval).
//!
//! | law | for | parameters from mean μ and variance v |
//! |---|---|---|
//! | normal | steady demand; forecast errors | μ, σ = √v |
//! | gamma | fast but skewed demand | shape μ² / v, scale v / μ |
//! | Poisson | slow movers, v ≈ μ | λ = μ |
//! | negative binomial | slow movers, v > μ | p = μ / v, r = μ p / (1 − p) |
//! | empirical | enough observations of the period | the sample itself |
//!
//! [`choose`] picks by the data, after S. Axsäter, "Inventory Control" (2006), section 5.1, and
//! Silver, Pyke and Thomas (2017), section 6.7: with a mean of up to [`SLOW_MOVER_MEAN`] units a
//! ratio v / μ of 0.9 to 1.1 takes Poisson and a higher one the negative binomial; otherwise a
//! coefficient of variation above [`NORMAL_CV_LIMIT`] takes gamma, the rest the normal law.
//!
//! Limits: laws other than empirical know two moments only; a discrete law answers whole units, so a
//! material that is measured (in tons, in litres) takes [`choose_continuous`].
//!
//! ```
//! use inventory::demand_law;
//! let law = demand_law::choose(3.0, 12.0)?;
//! assert_eq!(law.name(), "negative_binomial");
//! assert_eq!(law.quantile(0.9)?, 8.0);
//! # Ok::<(), inventory::Error>(())
//! ```

use statrs::distribution::{ContinuousCDF, DiscreteCDF, Gamma, NegativeBinomial, Poisson};
use statrs::function::gamma::{gamma_lr, gamma_ur};

use crate::loss::{self, Loss};
use crate::{Error, check, normal, solve};

/// Up to this mean whole units matter and a discrete law is taken (Silver, Pyke and Thomas: slow
/// movers have a lead-time demand below 10).
pub const SLOW_MOVER_MEAN: f64 = 10.0;

/// Variance over mean within which Poisson is close enough (Axsäter, 2006).
pub const POISSON_RATIO: (f64, f64) = (0.9, 1.1);

/// Above this coefficient of variation the normal law puts more than 2 percent on negative demand.
pub const NORMAL_CV_LIMIT: f64 = 0.5;

/// Discrete laws end here: beyond, whole units no longer matter, and the continued fraction of the
/// beta function behind the negative binomial needs more terms than it is given.
pub const MAX_DISCRETE_MEAN: f64 = 1e4;

/// Coefficients of variation of a gamma law. Outside the incomplete gamma function does not
/// converge; a demand that steady is certain, one that rare has next to no mean.
pub const GAMMA_CV: (f64, f64) = (1e-4, 1e4);

/// Size parameter r of a negative binomial law: above it is Poisson to four digits, below the law
/// has next to no mean.
pub const NEGATIVE_BINOMIAL_SIZE: (f64, f64) = (1e-8, 1e5);

/// A demand law with known parameters; see the module's table.
#[derive(Debug, Clone, PartialEq)]
pub struct DemandLaw(Kind);

#[derive(Debug, Clone, PartialEq)]
enum Kind {
    Normal {
        mean: f64,
        std_dev: f64,
    },
    Gamma {
        shape: f64,
        scale: f64,
    },
    /// `None` is the law of no demand.
    Poisson {
        law: Option<Poisson>,
        mean: f64,
    },
    NegativeBinomial {
        law: NegativeBinomial,
        r: f64,
        p: f64,
    },
    /// Sorted, not empty.
    Empirical {
        sample: Vec<f64>,
        mean: f64,
        variance: f64,
    },
}

/// The law that fits a mean and a variance; discrete for slow movers. Rule in the module's head.
///
/// A mean of zero, or next to it, with a variance (a forecast of nothing that has been wrong before)
/// takes the normal law; a variance of zero takes the normal law without spread.
///
/// # Errors
/// A negative, infinite or NaN argument.
pub fn choose(mean: f64, variance: f64) -> Result<DemandLaw, Error> {
    check::non_negative("mean demand", mean)?;
    check::non_negative("variance of demand", variance)?;
    let slow = mean <= SLOW_MOVER_MEAN && std_dev_in_range(mean, variance.sqrt());
    if slow && variance > POISSON_RATIO.1 * mean {
        DemandLaw::negative_binomial(mean, variance)
    } else if slow && variance >= POISSON_RATIO.0 * mean {
        DemandLaw::poisson(mean)
    } else {
        choose_continuous(mean, variance)
    }
}

/// As [`choose`], among normal and gamma only: for materials that are measured, not counted.
///
/// # Errors
/// A negative, infinite or NaN argument.
pub fn choose_continuous(mean: f64, variance: f64) -> Result<DemandLaw, Error> {
    check::non_negative("mean demand", mean)?;
    let std_dev = check::non_negative("variance of demand", variance)?.sqrt();
    if std_dev > NORMAL_CV_LIMIT * mean && std_dev_in_range(mean, std_dev) {
        DemandLaw::gamma(mean, std_dev)
    } else {
        DemandLaw::normal(mean, std_dev)
    }
}

/// Whether a law of non-negative demand can have these moments, as far as doubles go.
fn std_dev_in_range(mean: f64, std_dev: f64) -> bool {
    std_dev < GAMMA_CV.1 * mean
}

impl DemandLaw {
    /// Normal law; a standard deviation of zero is a certain demand.
    ///
    /// # Errors
    /// NaN, infinity, or a negative standard deviation.
    pub fn normal(mean: f64, std_dev: f64) -> Result<Self, Error> {
        check::finite("mean demand", mean)?;
        check::non_negative("standard deviation of demand", std_dev)?;
        Ok(Self(Kind::Normal { mean, std_dev }))
    }

    /// Gamma law with the given moments.
    ///
    /// # Errors
    /// NaN, infinity, zero or less, or a coefficient of variation outside [`GAMMA_CV`].
    pub fn gamma(mean: f64, std_dev: f64) -> Result<Self, Error> {
        check::positive("mean demand", mean)?;
        check::positive("standard deviation of demand", std_dev)?;
        let cv = std_dev / mean;
        check_range("coefficient of variation of a gamma demand", GAMMA_CV, cv)?;
        let scale = check::representable("scale of a gamma demand", cv * std_dev)?;
        Ok(Self(Kind::Gamma {
            shape: cv.powi(-2),
            scale,
        }))
    }

    /// Poisson law; a mean of zero is no demand at all.
    ///
    /// # Errors
    /// NaN, infinity, or a mean outside 0 to [`MAX_DISCRETE_MEAN`].
    pub fn poisson(mean: f64) -> Result<Self, Error> {
        check::non_negative("mean demand", mean)?;
        check_range(DISCRETE_MEAN, (0.0, MAX_DISCRETE_MEAN), mean)?;
        Ok(Self(Kind::Poisson {
            law: Poisson::new(mean).ok(),
            mean,
        }))
    }

    /// Negative binomial law with the given moments.
    ///
    /// # Errors
    /// NaN, infinity, a mean of zero or less or above [`MAX_DISCRETE_MEAN`], a variance not above the
    /// mean, or a size parameter outside [`NEGATIVE_BINOMIAL_SIZE`].
    pub fn negative_binomial(mean: f64, variance: f64) -> Result<Self, Error> {
        check::positive("mean demand", mean)?;
        check_range(DISCRETE_MEAN, (0.0, MAX_DISCRETE_MEAN), mean)?;
        check::positive("variance of demand", variance)?;
        if variance <= mean {
            return Err(Error::NotAbove {
                name: "variance of a negative binomial demand",
                value: variance,
                other_name: "its mean",
                other: mean,
            });
        }
        let p = mean / variance;
        let r = mean / (variance - mean) * mean;
        check_range(
            "size parameter of a negative binomial demand",
            NEGATIVE_BINOMIAL_SIZE,
            r,
        )?;
        let law = NegativeBinomial::new(r, p).map_err(|_| Error::TooLarge {
            name: "negative binomial law of demand",
        })?;
        Ok(Self(Kind::NegativeBinomial { law, r, p }))
    }

    /// The law of an observed sample: every observation has the same probability.
    ///
    /// # Errors
    /// An empty sample, NaN or infinity in it, or a variance that overflows.
    pub fn empirical(sample: &[f64]) -> Result<Self, Error> {
        if sample.is_empty() {
            return Err(Error::Empty {
                name: "demand sample",
            });
        }
        for &value in sample {
            check::finite("demand", value)?;
        }
        let mut sample = sample.to_vec();
        sample.sort_by(f64::total_cmp);
        let n = sample.len() as f64;
        let mean = check::representable("mean demand", sample.iter().sum::<f64>() / n)?;
        let squares: f64 = sample.iter().map(|x| (x - mean).powi(2)).sum();
        let variance = check::representable("variance of demand", squares / n)?;
        Ok(Self(Kind::Empirical {
            sample,
            mean,
            variance,
        }))
    }

    /// The law's name: normal, gamma, poisson, negative_binomial or empirical.
    pub fn name(&self) -> &'static str {
        match self.0 {
            Kind::Normal { .. } => "normal",
            Kind::Gamma { .. } => "gamma",
            Kind::Poisson { .. } => "poisson",
            Kind::NegativeBinomial { .. } => "negative_binomial",
            Kind::Empirical { .. } => "empirical",
        }
    }

    /// Whether demand comes in whole units only.
    pub fn is_discrete(&self) -> bool {
        matches!(self.0, Kind::Poisson { .. } | Kind::NegativeBinomial { .. })
    }

    /// Expected demand, units.
    pub fn mean(&self) -> f64 {
        match self.0 {
            Kind::Normal { mean, .. }
            | Kind::Poisson { mean, .. }
            | Kind::Empirical { mean, .. } => mean,
            Kind::Gamma { shape, scale } => shape * scale,
            Kind::NegativeBinomial { r, p, .. } => r * (1.0 - p) / p,
        }
    }

    /// Variance of demand, units squared.
    pub fn variance(&self) -> f64 {
        match self.0 {
            Kind::Normal { std_dev, .. } => std_dev * std_dev,
            Kind::Poisson { mean, .. } => mean,
            Kind::Empirical { variance, .. } => variance,
            Kind::Gamma { shape, scale } => shape * scale * scale,
            Kind::NegativeBinomial { r, p, .. } => r * (1.0 - p) / (p * p),
        }
    }

    /// P(demand ≤ x).
    ///
    /// # Errors
    /// NaN or infinity.
    pub fn cdf(&self, x: f64) -> Result<f64, Error> {
        check::finite("stock level", x)?;
        Ok(match &self.0 {
            &Kind::Normal { mean, std_dev: 0.0 } => f64::from(u8::from(x >= mean)),
            &Kind::Normal { mean, std_dev } => normal::cdf((x - mean) / std_dev),
            Kind::Empirical { sample, .. } => {
                sample.partition_point(|&value| value <= x) as f64 / sample.len() as f64
            }
            _ if x < 0.0 => 0.0,
            &Kind::Gamma { shape, scale } => gamma_cdf(shape, x / scale),
            Kind::Poisson { law, .. } => law.map_or(1.0, |law| law.cdf(x as u64)),
            Kind::NegativeBinomial { law, .. } => law.cdf(x as u64),
        })
    }

    /// The smallest level that demand stays within with probability `p`: the reorder point for a
    /// cycle service level, when the law is that of the lead time's demand.
    ///
    /// # Errors
    /// A probability outside (0, 1), or a quantile beyond the range of a double.
    pub fn quantile(&self, p: f64) -> Result<f64, Error> {
        check::probability("service level", p)?;
        let value = match &self.0 {
            &Kind::Normal { mean, std_dev } => std_dev.mul_add(normal::quantile(p), mean),
            &Kind::Gamma { shape, scale } => gamma_quantile(shape, p) * scale,
            Kind::Poisson { law: None, .. } => 0.0,
            Kind::Poisson { law: Some(law), .. } => discrete_quantile(|k| law.cdf(k), p)?,
            Kind::NegativeBinomial { law, .. } => discrete_quantile(|k| law.cdf(k), p)?,
            Kind::Empirical { sample, mean, .. } => empirical_quantile(sample, p).unwrap_or(*mean),
        };
        check::representable("quantile of demand", value)
    }

    /// Expected shortage and surplus of a stock level.
    ///
    /// # Errors
    /// NaN or infinity, or a result beyond the range of a double.
    pub fn loss(&self, x: f64) -> Result<Loss, Error> {
        check::finite("stock level", x)?;
        let shortage = check::representable("expected shortage", self.shortage(x).max(0.0))?;
        let surplus = check::representable("expected surplus", x - self.mean() + shortage)?;
        Ok(Loss {
            shortage,
            surplus: surplus.max(0.0),
        })
    }

    /// n(x) for finite x; rounding may leave it a little below zero in the far tail.
    fn shortage(&self, x: f64) -> f64 {
        match &self.0 {
            &Kind::Normal { mean, std_dev: 0.0 } => mean - x,
            &Kind::Normal { mean, std_dev } => std_dev * loss::first_order((x - mean) / std_dev),
            Kind::Empirical { sample, .. } => {
                sample.iter().map(|value| (value - x).max(0.0)).sum::<f64>() / sample.len() as f64
            }
            _ if x < 0.0 => self.mean() - x,
            // k f(k) is the mean times the density of the law with one more event, and likewise for
            // gamma and negative binomial with shape and r one higher.
            &Kind::Gamma { shape, scale } => {
                let y = x / scale;
                shape * scale * gamma_survival(shape + 1.0, y) - x * gamma_survival(shape, y)
            }
            Kind::Poisson { law: None, .. } => 0.0,
            &Kind::Poisson {
                law: Some(law),
                mean,
            } => mean * at_least(x.floor(), |k| law.sf(k)) - x * law.sf(x as u64),
            &Kind::NegativeBinomial { law, r, p } => {
                let raised = NegativeBinomial::new(r + 1.0, p)
                    .map_or(0.0, |raised| at_least(x.floor(), |k| raised.sf(k)));
                self.mean() * raised - x * law.sf(x as u64)
            }
        }
    }
}

const DISCRETE_MEAN: &str = "mean of a discrete demand law";

fn check_range(name: &'static str, (low, high): (f64, f64), value: f64) -> Result<(), Error> {
    if (low..=high).contains(&value) {
        return Ok(());
    }
    Err(Error::OutOfRange {
        name,
        low,
        high,
        value,
    })
}

/// P(D > y · scale) for gamma demand; the library's function wants y within (0, ∞).
fn gamma_survival(shape: f64, y: f64) -> f64 {
    if y <= 0.0 {
        1.0
    } else if y.is_finite() {
        gamma_ur(shape, y)
    } else {
        0.0
    }
}

fn gamma_cdf(shape: f64, y: f64) -> f64 {
    if y <= 0.0 {
        0.0
    } else if y.is_finite() {
        gamma_lr(shape, y)
    } else {
        1.0
    }
}

/// Quantile of the gamma law with scale 1.
fn gamma_quantile(shape: f64, p: f64) -> f64 {
    let y = Gamma::new(shape, 1.0).map_or(f64::NAN, |law| law.inverse_cdf(p));
    // The library stops at 1e-9; far below one, where rare demand has its low quantiles, that is
    // no longer a small error.
    if y > 1e-3 {
        y
    } else {
        solve::decreasing_root(|y| p - gamma_cdf(shape, y), 0.0, 2e-3)
    }
}

/// P(D ≥ k) from P(D > k).
fn at_least(k: f64, survival: impl Fn(u64) -> f64) -> f64 {
    if k < 1.0 { 1.0 } else { survival(k as u64 - 1) }
}

fn discrete_quantile(cdf: impl Fn(u64) -> f64, p: f64) -> Result<f64, Error> {
    solve::smallest_integer(|k| cdf(k) >= p)
        .map(|k| k as f64)
        .ok_or(Error::TooLarge {
            name: "quantile of demand",
        })
}

/// The smallest observation that at least the share `p` of the sample does not exceed.
fn empirical_quantile(sorted: &[f64], p: f64) -> Option<f64> {
    let rank = (p * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.clamp(1, sorted.len()) - 1).copied()
}

#[cfg(test)]
mod tests;
