//! Exponential smoothing in state-space form (ETS): error, trend and season, each added or
//! multiplied, chosen by the corrected Akaike criterion.
//!
//! y_t = mu_t + e_t or mu_t (1 + e_t), mu_t the combination of level, (damped) slope and season;
//! each state takes up a share of the error. Source: Hyndman, Koehler, Snyder and Grose (2002),
//! Hyndman, Koehler, Ord and Snyder (2008); forms and bounds of R's `ets`: the fifteen stable ones,
//! alpha in 0.0001 to 0.9999, beta below alpha, gamma below 1 - alpha, phi in 0.8 to 0.98.
//!
//! First states and parameters are of maximum likelihood. Variances: class 1 (additive errors),
//! class 2 and class 3 of Hyndman et al. (2008, sections 6.3 and 6.4). A season of more than 24
//! steps has too many states: it is taken out by classical decomposition first, as is usual.
//!
//! ```
//! use forecasting::models::ets;
//! use forecasting::models::Model;
//! let history: Vec<f64> = (0..40).map(|t| 10.0 + f64::from(t % 4)).collect();
//! let model = ets::fit(&history, Some(4), None)?;
//! assert!((model.bands(4).mean[3] - 13.0).abs() < 0.1);
//! # Ok::<(), forecasting::Error>(())
//! ```

mod filter;
mod form;
mod search;
mod variance;

pub use form::{ErrorForm, Form, SeasonForm, TrendForm};

use super::{Fitted, MOST_STEPS, Model, named};
use crate::profile::{Profile, is_significant};
use crate::{Bands, Error, check};
use filter::{Point, Smoothing, State};
use search::Effort;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Longest season whose figures are states.
const LONGEST_SEASON: usize = 24;
/// Values that the simplest form needs.
const NEEDED: usize = 5;
/// A search for the maximum itself.
const THOROUGH: Effort = Effort {
    steps: 100,
    gain: 1e-7,
    wide: true,
};
/// A search for a member of a combination: a ten-thousandth of the variance moves no forecast.
const MEMBER: Effort = Effort {
    steps: 25,
    gain: 1e-4,
    wide: false,
};
/// What tells hopeful forms from hopeless ones.
const GLIMPSE: Effort = Effort {
    steps: 2,
    gain: 1e-4,
    wide: false,
};
/// Distance in AICc to the leader of the moment beyond which a form is given up.
const HOPELESS: f64 = 4.0;

/// A fitted ETS model.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Ets {
    form: Form,
    season_length: usize,
    /// A long season that was taken out.
    profile: Option<Profile>,
    /// Values at the beginning that were not looked at.
    skipped: usize,
    elapsed: usize,
    point: Point,
    state: State,
    errors: Spread,
    log_likelihood: f64,
    criterion: f64,
}

/// Fits the given form, or the one with the smallest AICc.
///
/// # Errors
/// Fewer than five values, or than the form has parameters; NaN or infinity among them; a seasonal
/// form without a season, with fewer than two of it or with one of more than 24 steps; a
/// multiplicative form where a value is zero or less, or no path stays above it.
pub fn fit(
    history: &[f64],
    season_length: Option<usize>,
    form: Option<Form>,
) -> Result<Ets, Error> {
    match form {
        Some(form) => only(history, season_length, form),
        None => best_of(history, season_length),
    }
}

fn best_of(history: &[f64], season_length: Option<usize>) -> Result<Ets, Error> {
    let data = Data::of(history, season_length, None, None)?;
    best(data.forms().map(|form| data.fit(form, THOROUGH))).ok_or_else(|| refusal(history))
}

/// The given form, or the reason why it cannot be.
fn only(history: &[f64], season_length: Option<usize>, form: Form) -> Result<Ets, Error> {
    check_needs(history, season_length, form)?;
    let data = Data::of(history, season_length, None, None)?;
    let needed = form.free_parameters(data.m) + 2;
    if data.values.len() < needed {
        return Err(Error::HistoryTooShort {
            model: "this ETS form",
            needed,
            length: data.values.len(),
        });
    }
    let no_path = || Error::NoPath {
        form: form.to_string(),
    };
    let mut fits = data.forms().filter(|other| *other == form);
    let fit = fits.next().map(|form| data.fit(form, THOROUGH));
    best(fit).ok_or_else(no_path)
}

/// Values that a combination fits ETS to, and seasons at least: more change its forecasts by less
/// than they cost.
const COMBINED_WINDOW: usize = 150;
const COMBINED_SEASONS: usize = 10;

/// The best form without a full trend and the best form with a trend, from one round of fits. Where
/// the season passes its test, forms without one are not tried; forms that are far behind after a
/// few steps of the search are given up.
pub(crate) fn best_two(history: &[f64], season_length: Option<usize>) -> Result<(Ets, Ets), Error> {
    let data = Data::of(history, season_length, Some(COMBINED_WINDOW), None)?;
    let seasonal = data.m > 1 && is_significant(&data.values, data.m);
    let glimpses: Vec<Ets> = data
        .forms()
        .filter(|form| !seasonal || form.is_seasonal())
        .map(|form| data.fit(form, GLIMPSE))
        .collect();
    let of = |wanted: fn(TrendForm) -> bool| {
        let class = || glimpses.iter().filter(|model| wanted(model.form.trend));
        let leader = best(class().cloned()).ok_or_else(|| refusal(history))?;
        let limit = leader.criterion + HOPELESS;
        let hopeful = class().filter(|model| model.criterion <= limit);
        best(hopeful.map(|model| data.resume(model))).ok_or_else(|| refusal(history))
    };
    Ok((
        of(|trend| trend != TrendForm::Additive)?,
        of(|trend| trend != TrendForm::None)?,
    ))
}

fn best(models: impl IntoIterator<Item = Ets>) -> Option<Ets> {
    let finite = models
        .into_iter()
        .filter(|model| model.criterion.is_finite());
    finite.min_by(|a, b| a.criterion.total_cmp(&b.criterion))
}

/// Why no form fits: too few values, or sums of squares beyond a double.
fn refusal(history: &[f64]) -> Error {
    if history.len() >= NEEDED {
        return Error::Overflow;
    }
    Error::HistoryTooShort {
        model: "ETS",
        needed: NEEDED,
        length: history.len(),
    }
}

/// What the forms are fitted to.
struct Data {
    values: Vec<f64>,
    m: usize,
    starts: Starts,
    profile: Option<Profile>,
    skipped: usize,
    elapsed: usize,
    positive: bool,
}

impl Data {
    /// Takes a long season out, by `known` or by its test, and cuts to the last `window` values, or ten
    /// seasons if that is more.
    fn of(
        history: &[f64],
        season_length: Option<usize>,
        window: Option<usize>,
        known: Option<bool>,
    ) -> Result<Self, Error> {
        check::history(history)?;
        if let Some(season_length) = season_length {
            check::count("season_length", season_length, 1, crate::MAX_SEASON_LENGTH)?;
        }
        let profile = season_length
            .filter(|season_length| *season_length > LONGEST_SEASON)
            .and_then(|season_length| {
                Profile::known_or_tested(history, Some(season_length), known)
            });
        let mut values = match &profile {
            Some(profile) => profile.remove(history),
            None => history.to_vec(),
        };
        let short = season_length.filter(|m| (2..=LONGEST_SEASON).contains(m));
        let window = window.map_or(usize::MAX, |window| {
            window.max(COMBINED_SEASONS * short.unwrap_or(1))
        });
        let skipped = history.len() - check::tail(history).len().min(window);
        values.drain(..skipped);
        let m = short.filter(|m| 2 * m <= values.len()).unwrap_or(1);
        Ok(Self {
            starts: Starts::of(&values, m),
            positive: values.iter().all(|value| *value > 0.0),
            values,
            m,
            profile,
            skipped,
            elapsed: history.len(),
        })
    }

    /// The forms that the values allow, simplest first.
    fn forms(&self) -> impl Iterator<Item = Form> {
        Form::all().filter(|form| {
            (self.m > 1 || !form.is_seasonal())
                && (self.positive || !form.needs_positive_values())
                && self.values.len() > form.free_parameters(self.m) + 1
        })
    }

    fn fit(&self, form: Form, effort: Effort) -> Ets {
        let mut start = self.starts.point(form).clone();
        if form.trend == TrendForm::None {
            // Without a slope the level begins at the middle of the first ten values.
            start[filter::LEVEL] += 5.5 * start[filter::SLOPE];
        }
        let fit = search::search(form, &self.values, &start, self.m, effort);
        self.model(form, fit)
    }

    /// Goes on where a fit of few steps ended.
    fn resume(&self, model: &Ets) -> Ets {
        let fit = search::resume(model.form, &self.values, &model.point, self.m, MEMBER);
        self.model(model.form, fit)
    }

    fn model(&self, form: Form, fit: search::Fit) -> Ets {
        let count = self.values.len() as f64;
        let free = form.free_parameters(self.m) as f64;
        let log_likelihood = -0.5 * count * fit.sum.max(f64::MIN_POSITIVE).ln();
        let criterion =
            2.0 * (free - log_likelihood) + 2.0 * free * (free + 1.0) / (count - free - 1.0);
        let mut model = Ets {
            form,
            season_length: self.m,
            profile: self.profile.clone(),
            skipped: self.skipped,
            elapsed: self.elapsed,
            point: fit.point,
            state: fit.state,
            errors: Spread::default(),
            log_likelihood,
            criterion,
        };
        model.judge(&self.values);
        model
    }
}

fn check_needs(history: &[f64], season_length: Option<usize>, form: Form) -> Result<(), Error> {
    check::history(history)?;
    if form.is_seasonal() {
        let season_length = season_length.unwrap_or(0);
        check::season(season_length, history.len())?;
        check::count(
            "season_length of a seasonal form",
            season_length,
            2,
            LONGEST_SEASON,
        )?;
    }
    let lowest = history.iter().position(|value| *value <= 0.0);
    match lowest {
        Some(index) if form.needs_positive_values() => Err(Error::NotPositive {
            position: index + 1,
            value: history[index],
        }),
        _ => Ok(()),
    }
}

/// First states from which the search begins, for each form of season.
struct Starts {
    plain: Point,
    additive: Option<Point>,
    multiplicative: Option<Point>,
}

impl Starts {
    fn of(values: &[f64], m: usize) -> Self {
        let seasonal = |profile: Profile| {
            let adjusted = profile.remove(values);
            let mut point = first_line(&adjusted);
            point.extend_from_slice(profile.figures().split_last().map_or(&[], |(_, rest)| rest));
            point
        };
        let positive = values.iter().all(|value| *value > 0.0);
        Self {
            plain: first_line(values),
            additive: (m > 1).then(|| seasonal(Profile::additive(values, m))),
            multiplicative: (m > 1 && positive)
                .then(|| seasonal(Profile::multiplicative(values, m))),
        }
    }

    fn point(&self, form: Form) -> &Point {
        let seasonal = match form.season {
            SeasonForm::None => &None,
            SeasonForm::Additive => &self.additive,
            SeasonForm::Multiplicative => &self.multiplicative,
        };
        seasonal.as_ref().unwrap_or(&self.plain)
    }
}

/// A line through the first ten values, as in R's `ets`.
fn first_line(values: &[f64]) -> Point {
    let first = &values[..values.len().min(10)];
    let count = first.len() as f64;
    let middle = (count + 1.0) / 2.0;
    let mean = first.iter().sum::<f64>() / count;
    let moment: f64 = (1..)
        .zip(first)
        .map(|(place, value)| (f64::from(place) - middle) * (value - mean))
        .sum();
    let spread = count * (count * count - 1.0) / 12.0;
    let slope = if spread > 0.0 { moment / spread } else { 0.0 };
    vec![0.4, 0.1, 0.05, 0.97, mean - middle * slope, slope]
}

/// Sums over the errors, from which their standard deviation follows.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Spread {
    /// Squares of the errors; of the relative ones for multiplicative errors.
    squares: f64,
    /// Logarithms of the expected values, for multiplicative errors.
    logs: f64,
    count: usize,
}

impl Spread {
    /// Adds the sum of squared residuals of `count` values with the scale that is in them.
    fn add(&mut self, sum: f64, scale: f64, count: usize) {
        self.squares += sum / (scale * scale);
        self.logs += scale.ln() * count as f64;
        self.count += count;
    }

    /// A typical level, the geometric mean of the expected values; 1 for additive errors.
    fn scale(&self) -> f64 {
        (self.logs / self.count.max(1) as f64).exp()
    }
}

impl Ets {
    /// Runs over the values with the parameters at hand: last states and the errors' spread.
    fn judge(&mut self, values: &[f64]) {
        let mut residuals = vec![0.0; values.len()];
        let m = if self.form.is_seasonal() {
            self.season_length
        } else {
            0
        };
        self.state.season.resize(m, 0.0);
        let (sum, scale) = filter::residuals(
            self.form,
            values,
            &self.point,
            &mut self.state,
            &mut residuals,
        );
        self.errors = Spread::default();
        self.errors.add(sum, scale, values.len());
    }

    /// Standard deviation of the errors; of the relative ones for multiplicative errors.
    fn sigma(&self) -> f64 {
        let parameters = self.form.free_parameters(self.season_length) - 1;
        let degrees = self.errors.count.saturating_sub(parameters).max(1) as f64;
        (self.errors.squares / degrees).sqrt()
    }

    /// The same form fitted anew, to the window that a combination looks at; with a long season where
    /// the whole history has it.
    pub(crate) fn refitted(
        &self,
        history: &[f64],
        season_length: Option<usize>,
    ) -> Result<Self, Error> {
        let kept = Some(self.profile.is_some());
        let data = Data::of(history, season_length, Some(COMBINED_WINDOW), kept)?;
        let possible = data.forms().any(|form| form == self.form);
        possible
            .then(|| data.fit(self.form, MEMBER))
            .ok_or_else(|| refusal(history))
    }

    /// The form that was chosen.
    pub fn form(&self) -> Form {
        self.form
    }

    /// Logarithm of the likelihood, without the constant, as R's `ets` reports it.
    pub fn log_likelihood(&self) -> f64 {
        self.log_likelihood
    }

    /// Corrected Akaike criterion, by which forms are chosen; smaller is better.
    pub fn aicc(&self) -> f64 {
        self.criterion
    }

    fn smoothing(&self) -> Smoothing {
        Smoothing::of(self.form, &self.point)
    }
}

impl Ets {
    /// See [`Fitted::is_sound`].
    pub(super) fn is_sound(&self) -> bool {
        let seasonal = self.form.is_seasonal();
        let figures = if seasonal { self.season_length } else { 0 };
        let others = figures.saturating_sub(1);
        Form::all().any(|form| form == self.form)
            && self.season_length <= LONGEST_SEASON
            && (self.season_length > 1 || !seasonal)
            && self.state.season.len() == figures
            && self.point.len() == filter::SEASON + others
            && self.elapsed <= MOST_STEPS
            && self.errors.count <= MOST_STEPS
            && self.profile.as_ref().is_none_or(Profile::is_sound)
    }
}

impl Model for Ets {
    fn bands(&self, horizon: usize) -> Bands {
        let (mean, std_dev) = variance::forecast(
            self.form,
            self.smoothing(),
            &self.state,
            self.sigma(),
            horizon,
        );
        let mut bands = Bands::normal(mean, std_dev.into_iter());
        if let Some(profile) = &self.profile {
            bands.restore(profile, self.elapsed);
        }
        bands
    }

    fn parameters(&self) -> BTreeMap<String, f64> {
        let smoothing = self.smoothing();
        let mut parameters = named([
            ("alpha", smoothing.alpha),
            ("level", self.state.level),
            ("log_likelihood", self.log_likelihood),
            ("aicc", self.criterion),
        ]);
        let mut add = |name: &str, value: f64| parameters.insert(name.to_owned(), value);
        if self.form.trend != TrendForm::None {
            add("beta", smoothing.beta);
            add("slope", self.state.slope);
        }
        if self.form.trend == TrendForm::Damped {
            add("phi", smoothing.phi);
        }
        if self.form.is_seasonal() {
            add("gamma", smoothing.gamma);
            add("season_length", self.season_length as f64);
        }
        parameters
    }

    fn residual_std_dev(&self) -> f64 {
        self.sigma() * self.errors.scale()
    }

    fn applied_to(&self, history: &[f64]) -> Result<Box<dyn Model>, Error> {
        check::history(history)?;
        let mut model = self.clone();
        let adjusted = self.profile.as_ref().map(|profile| profile.remove(history));
        let values = adjusted.as_deref().unwrap_or(history);
        let values = values
            .get(self.skipped..)
            .filter(|values| !values.is_empty());
        model.judge(values.ok_or(Error::HistoryTooShort {
            model: "ETS",
            needed: self.skipped + 1,
            length: history.len(),
        })?);
        model.elapsed = history.len();
        Ok(Box::new(model))
    }

    fn update(&mut self, value: f64) {
        let profile = self.profile.as_ref();
        let value = profile.map_or(value, |profile| profile.remove_from(value, self.elapsed));
        let smoothing = self.smoothing();
        let room = &mut [0.0];
        let (sum, scale) = filter::go_on(self.form, &[value], smoothing, &mut self.state, room);
        self.errors.add(sum, scale, 1);
        self.elapsed += 1;
    }

    fn parts(&self) -> Vec<(f64, Fitted)> {
        vec![(1.0, Fitted::Ets(self.clone()))]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_read_back_is_sound_in_each_of_its_parts() {
        let values: Vec<f64> = (0..40)
            .map(|step| f64::from(20 + step % 4 + step))
            .collect();
        let model = fit(&values, Some(4), Some("AAA".parse().unwrap())).unwrap();
        assert!(model.is_sound());
        let spoils: [fn(&mut Ets); 8] = [
            |model| model.season_length = LONGEST_SEASON + 1,
            |model| model.season_length = 1,
            |model| model.state.season.push(0.0),
            |model| model.point.push(0.0),
            |model| model.elapsed = MOST_STEPS + 1,
            |model| model.errors.count = MOST_STEPS + 1,
            |model| model.profile = Some(Profile::additive(&[], 0)),
            |model| model.point.clear(),
        ];
        for (place, spoil) in spoils.into_iter().enumerate() {
            let mut spoiled = model.clone();
            spoil(&mut spoiled);
            assert!(!spoiled.is_sound(), "spoil {place}");
        }
    }
}
