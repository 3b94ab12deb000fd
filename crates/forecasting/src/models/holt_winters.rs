//! Holt-Winters: level, trend and a season that is added or multiplied.
//!
//! Additive: l_t = alpha (y_t - s_{t-m}) + (1 - alpha)(l + phi b), b_t = beta (l_t - l_{t-1}) +
//! (1 - beta) phi b, s_t = gamma (y_t - l_t) + (1 - gamma) s_{t-m}; the multiplicative form divides
//! where this subtracts. Source: Winters (1960). Variance: additive by the weights
//! alpha (1 + beta (phi + … + phi^j)) + gamma (1 - alpha) \[m divides j\], multiplicative by the same
//! weights scaled with the seasonal factors, Yar and Chatfield (1990).
//!
//! Matches R's `stats::HoltWinters`: first states from a classical decomposition of the first two
//! seasons, filtering from the second season on, parameters of least squared one-step error. Not
//! R's `forecast::hw` and not statsforecast's HoltWinters, which estimate the first states too.
//! Needs two seasons; the multiplicative form needs values above zero.
//!
//! ```
//! use forecasting::models::holt_winters::{self, Options};
//! use forecasting::models::Model;
//! let history: Vec<f64> = (0..28).map(|t| if t % 7 == 6 { 30.0 } else { 10.0 }).collect();
//! let model = holt_winters::fit(&history, &Options::additive(7))?;
//! assert!((model.bands(7).mean[6] - 30.0).abs() < 1e-9);
//! # Ok::<(), forecasting::Error>(())
//! ```

use super::{Errors, Fitted, Model, is_ring, named, take_turn};
use crate::bands::growing;
use crate::optimise::{AT_ONCE, minimise};
use crate::{Bands, Error, check};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::str::FromStr;

/// How the season acts on the level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Seasonal {
    /// Added to it: the swing is the same at every level.
    Additive,
    /// Multiplied with it: the swing grows with the level.
    Multiplicative,
}

impl FromStr for Seasonal {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        if text.eq_ignore_ascii_case("additive") {
            Ok(Seasonal::Additive)
        } else if text.eq_ignore_ascii_case("multiplicative") {
            Ok(Seasonal::Multiplicative)
        } else {
            Err(Error::UnknownSeasonal(text.chars().take(64).collect()))
        }
    }
}

/// What to fit; a `None` parameter is optimised.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Options {
    /// Steps of one season, at least 1 and at most half of the history.
    pub season_length: usize,
    /// How the season acts on the level.
    pub seasonal: Seasonal,
    /// Whether the trend is damped.
    pub damped: bool,
    /// Weight of new values in the level, 0 to 1.
    pub alpha: Option<f64>,
    /// Weight of new steps in the slope, 0 to 1.
    pub beta: Option<f64>,
    /// Weight of new values in the season, 0 to 1.
    pub gamma: Option<f64>,
    /// Share of the slope that lives on to the next step, 0 to 1; used where `damped`.
    pub phi: Option<f64>,
}

impl Options {
    /// An additive season and an undamped trend, all parameters optimised.
    pub fn additive(season_length: usize) -> Self {
        Self {
            season_length,
            seasonal: Seasonal::Additive,
            damped: false,
            alpha: None,
            beta: None,
            gamma: None,
            phi: None,
        }
    }

    /// As [`Options::additive`], with a multiplicative season.
    pub fn multiplicative(season_length: usize) -> Self {
        Self {
            seasonal: Seasonal::Multiplicative,
            ..Self::additive(season_length)
        }
    }
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Parameters {
    alpha: f64,
    beta: f64,
    gamma: f64,
    phi: f64,
}

impl Parameters {
    /// Moves level, slope and the step's figure on by one value and answers its error.
    #[inline(always)]
    fn step(
        self,
        seasonal: Seasonal,
        (level, slope, figure): (&mut f64, &mut f64, &mut f64),
        value: f64,
    ) -> f64 {
        let Self {
            alpha,
            beta,
            gamma,
            phi,
        } = self;
        let trend = phi * *slope;
        let former = *level;
        let (error, fresh) = match seasonal {
            Seasonal::Additive => {
                let error = value - (*level + trend + *figure);
                *level = alpha * (value - *figure) + (1.0 - alpha) * (*level + trend);
                (error, value - *level)
            }
            Seasonal::Multiplicative => {
                let error = value - (*level + trend) * *figure;
                *level = alpha * (value / *figure) + (1.0 - alpha) * (*level + trend);
                (error, value / *level)
            }
        };
        *slope = beta * (*level - former) + (1.0 - beta) * trend;
        *figure = gamma * fresh + (1.0 - gamma) * *figure;
        error
    }
}

/// A fitted Holt-Winters model.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HoltWinters {
    options: Options,
    parameters: Parameters,
    level: f64,
    slope: f64,
    /// Seasonal figures of the next `season_length` steps.
    season: Vec<f64>,
    errors: Errors,
}

/// Where R's `HoltWinters` begins its search too; the last is the damping.
const START: [f64; 4] = [0.3, 0.1, 0.1, 0.95];
const BOUNDS: [(f64, f64); 4] = [(0.0, 1.0), (0.0, 1.0), (0.0, 1.0), (0.8, 0.98)];
/// Evaluations of the search: on the reference series 100 reach R's sum of squares within a
/// thousandth, and keep a fit of 365 values near 0.3 ms.
const EVALUATIONS: usize = 110;

/// Fits to at least two seasons.
///
/// # Errors
/// A season of 0 steps or of more than half of the history; a parameter out of range; NaN or
/// infinity in the history; zero or less in it where the season multiplies.
pub fn fit(history: &[f64], options: &Options) -> Result<HoltWinters, Error> {
    check::history(history)?;
    check::season(options.season_length, history.len())?;
    let alpha = check::parameter("alpha", options.alpha, 0.0, 1.0)?;
    let beta = check::parameter("beta", options.beta, 0.0, 1.0)?;
    let gamma = check::parameter("gamma", options.gamma, 0.0, 1.0)?;
    let phi = check::parameter("phi", options.phi, 0.0, 1.0)?;
    check_positive(history, options.seasonal)?;
    let choose = |point: &[f64; 4]| Parameters {
        alpha: alpha.unwrap_or(point[0]),
        beta: beta.unwrap_or(point[1]),
        gamma: gamma.unwrap_or(point[2]),
        phi: if options.damped {
            phi.unwrap_or(point[3])
        } else {
            1.0
        },
    };
    let all_given =
        [alpha, beta, gamma].iter().all(Option::is_some) && (!options.damped || phi.is_some());
    if all_given {
        return Ok(fitted(history, options, choose(&START)));
    }
    let tail = tail_of_seasons(history, options.season_length);
    let first = FirstStates::of(tail, options);
    let mut filters = Filters::new(&first, options.seasonal);
    let mut costs = |points: &[[f64; 4]; AT_ONCE]| {
        filters.sums_of_squares(tail, &first, points.map(|p| choose(&p)))
    };
    let start = best_start(&mut costs);
    let mut known = [0.0; AT_ONCE];
    let point = if options.damped {
        let cost = |points: &[[f64; 4]; AT_ONCE], index: usize| {
            if index == 0 {
                known = costs(points);
            }
            known[index]
        };
        minimise(cost, start, 0.2, &BOUNDS, EVALUATIONS * 4 / 3)
    } else {
        let inner = [BOUNDS[0], BOUNDS[1], BOUNDS[2]];
        let cost = |points: &[[f64; 3]; AT_ONCE], index: usize| {
            if index == 0 {
                known = costs(&points.map(|[a, b, c]| [a, b, c, 1.0]));
            }
            known[index]
        };
        let [a, b, c] = minimise(
            cost,
            [start[0], start[1], start[2]],
            0.2,
            &inner,
            EVALUATIONS,
        );
        [a, b, c, 1.0]
    };
    Ok(fitted(history, options, choose(&point)))
}

/// The best of a coarse grid: one start alone ends in the wrong valley on short series.
fn best_start(mut costs: impl FnMut(&[[f64; 4]; AT_ONCE]) -> [f64; AT_ONCE]) -> [f64; 4] {
    let mut grid = Vec::with_capacity(12);
    for alpha in [0.05, 0.3, 0.7] {
        for beta in [0.02, 0.2] {
            for gamma in [0.1, 0.6] {
                grid.push([alpha, beta, gamma, START[3]]);
            }
        }
    }
    let mut best = (f64::INFINITY, START);
    for points in grid.as_chunks::<AT_ONCE>().0 {
        for (point, value) in points.iter().zip(costs(points)) {
            if value < best.0 {
                best = (value, *point);
            }
        }
    }
    best.1
}

fn check_positive(history: &[f64], seasonal: Seasonal) -> Result<(), Error> {
    let lowest = history.iter().position(|value| *value <= 0.0);
    match (seasonal, lowest) {
        (Seasonal::Multiplicative, Some(index)) => Err(Error::NotPositive {
            position: index + 1,
            value: history[index],
        }),
        _ => Ok(()),
    }
}

/// The part of the history that the search looks at: the tail, and at least two seasons.
fn tail_of_seasons(history: &[f64], season_length: usize) -> &[f64] {
    let wanted = check::tail(history).len().max(2 * season_length);
    &history[history.len() - wanted..]
}

fn fitted(history: &[f64], options: &Options, parameters: Parameters) -> HoltWinters {
    let first = FirstStates::of(history, options);
    let mut filter = Filter::new(&first, options.seasonal);
    let errors = filter.run(history, &first, parameters);
    filter.season.rotate_left(filter.next);
    HoltWinters {
        options: options.clone(),
        parameters,
        level: filter.level,
        slope: filter.slope,
        season: filter.season,
        errors,
    }
}

/// Level and slope before the second season, and the season's figures.
struct FirstStates {
    level: f64,
    slope: f64,
    season: Vec<f64>,
}

impl FirstStates {
    /// Classical decomposition of the first two seasons: a centred moving average as trend, a line
    /// through it, and mean seasonal figures.
    fn of(history: &[f64], options: &Options) -> Self {
        let m = options.season_length;
        let values = &history[..2 * m];
        let half = m / 2;
        let trend: Vec<f64> = (half..2 * m - half)
            .map(|centre| centred_mean(values, centre, m))
            .collect();
        let count = trend.len() as f64;
        let (mut sum, mut moment) = (0.0, 0.0);
        for (place, value) in (1..).zip(&trend) {
            sum += value;
            moment += f64::from(place) * value;
        }
        let middle = (count + 1.0) / 2.0;
        let spread = count * (count * count - 1.0) / 12.0;
        let slope = if spread > 0.0 {
            (moment - middle * sum) / spread
        } else {
            0.0
        };
        let level = sum / count - slope * middle;
        let mut totals = vec![(0.0, 0.0); m];
        for (place, trend) in trend.iter().enumerate() {
            let value = values[place + half];
            let figure = match options.seasonal {
                Seasonal::Additive => value - trend,
                Seasonal::Multiplicative => value / trend,
            };
            let total = &mut totals[(place + half) % m];
            total.0 += figure;
            total.1 += 1.0;
        }
        let mut season: Vec<f64> = totals
            .iter()
            .map(|(sum, count)| sum / f64::max(*count, 1.0))
            .collect();
        let mean = season.iter().sum::<f64>() / m as f64;
        for figure in &mut season {
            match options.seasonal {
                Seasonal::Additive => *figure -= mean,
                Seasonal::Multiplicative => *figure /= mean,
            }
        }
        Self {
            level,
            slope,
            season,
        }
    }
}

/// Mean of one season around `centre`; an even season gives half weight to both ends.
fn centred_mean(values: &[f64], centre: usize, m: usize) -> f64 {
    let half = m / 2;
    if m % 2 == 1 {
        return values[centre - half..=centre + half].iter().sum::<f64>() / m as f64;
    }
    let inner: f64 = values[centre - half + 1..centre + half].iter().sum();
    (inner + 0.5 * (values[centre - half] + values.get(centre + half).copied().unwrap_or_default()))
        / m as f64
}

/// The recursions, with room for the season that is used again and again.
struct Filter {
    seasonal: Seasonal,
    level: f64,
    slope: f64,
    season: Vec<f64>,
    next: usize,
}

impl Filter {
    fn new(first: &FirstStates, seasonal: Seasonal) -> Self {
        Self {
            seasonal,
            level: first.level,
            slope: first.slope,
            season: first.season.clone(),
            next: 0,
        }
    }

    /// One-step errors from the second season on.
    fn run(&mut self, history: &[f64], first: &FirstStates, parameters: Parameters) -> Errors {
        self.season.copy_from_slice(&first.season);
        let m = self.season.len();
        let (mut level, mut slope, mut place) = (first.level, first.slope, 0);
        let mut errors = Errors::default();
        for value in &history[m..] {
            let figure = &mut self.season[place];
            let states = (&mut level, &mut slope, figure);
            errors.push(parameters.step(self.seasonal, states, *value));
            place += 1;
            if place == m {
                place = 0;
            }
        }
        (self.level, self.slope, self.next) = (level, slope, place);
        errors
    }
}

/// The recursions for several parameters at once: a step has to wait for the one before it, so that
/// one series alone leaves most of the processor idle.
struct Filters {
    seasonal: Seasonal,
    season: Vec<[f64; AT_ONCE]>,
}

impl Filters {
    fn new(first: &FirstStates, seasonal: Seasonal) -> Self {
        Self {
            seasonal,
            season: vec![[0.0; AT_ONCE]; first.season.len()],
        }
    }

    /// Sums of squared one-step errors from the second season on.
    fn sums_of_squares(
        &mut self,
        history: &[f64],
        first: &FirstStates,
        parameters: [Parameters; AT_ONCE],
    ) -> [f64; AT_ONCE] {
        for (figures, figure) in self.season.iter_mut().zip(&first.season) {
            *figures = [*figure; AT_ONCE];
        }
        match self.seasonal {
            Seasonal::Additive => self.run(Seasonal::Additive, history, first, parameters),
            Seasonal::Multiplicative => {
                self.run(Seasonal::Multiplicative, history, first, parameters)
            }
        }
    }

    /// Compiled once for each constant `seasonal`.
    #[inline(always)]
    fn run(
        &mut self,
        seasonal: Seasonal,
        history: &[f64],
        first: &FirstStates,
        parameters: [Parameters; AT_ONCE],
    ) -> [f64; AT_ONCE] {
        let m = self.season.len();
        let (mut level, mut slope) = ([first.level; AT_ONCE], [first.slope; AT_ONCE]);
        let mut sums = [0.0; AT_ONCE];
        for turn in history[m..].chunks(m) {
            for (value, figures) in turn.iter().zip(&mut self.season) {
                for lane in 0..AT_ONCE {
                    let states = (&mut level[lane], &mut slope[lane], &mut figures[lane]);
                    let error = parameters[lane].step(seasonal, states, *value);
                    sums[lane] += error * error;
                }
            }
        }
        sums
    }
}

impl HoltWinters {
    /// phi + … + phi^step.
    fn damped_steps(&self, step: usize) -> f64 {
        let phi = self.parameters.phi;
        if phi < 1.0 {
            phi * (1.0 - phi.powi(step as i32)) / (1.0 - phi)
        } else {
            step as f64
        }
    }

    /// Weight with which an error lives on after `step` steps.
    fn weight(&self, step: usize) -> f64 {
        let Parameters {
            alpha, beta, gamma, ..
        } = self.parameters;
        let again = if step.is_multiple_of(self.season.len()) {
            gamma * (1.0 - alpha)
        } else {
            0.0
        };
        alpha * (1.0 + beta * self.damped_steps(step)) + again
    }

    /// Yar and Chatfield (1990): an error of `j` steps ago weighs by the ratio of the seasonal
    /// figures now and then. Summed by the phase of j, so that h steps cost h times m.
    fn multiplicative_std_dev(&self, horizon: usize) -> Vec<f64> {
        let m = self.season.len();
        let one_step = self.residual_std_dev();
        let mut by_phase = vec![0.0; m];
        by_phase[0] = 1.0;
        (0..horizon)
            .map(|step| {
                if step > 0 {
                    by_phase[step % m] += self.weight(step).powi(2);
                }
                let now = self.season[step % m];
                let variance: f64 = by_phase
                    .iter()
                    .enumerate()
                    .map(|(phase, sum)| {
                        let then = self.season[(step % m + m - phase) % m];
                        sum * (now / then).powi(2)
                    })
                    .sum();
                one_step * variance.sqrt()
            })
            .collect()
    }
}

impl HoltWinters {
    /// See [`Fitted::is_sound`].
    pub(super) fn is_sound(&self) -> bool {
        is_ring(&self.season)
            && self.season.len() == self.options.season_length
            && self.errors.is_sound()
    }
}

impl Model for HoltWinters {
    fn bands(&self, horizon: usize) -> Bands {
        let mean = (1..=horizon)
            .zip(self.season.iter().cycle())
            .map(|(step, figure)| {
                let trend = self.level + self.damped_steps(step) * self.slope;
                match self.options.seasonal {
                    Seasonal::Additive => trend + figure,
                    Seasonal::Multiplicative => trend * figure,
                }
            })
            .collect();
        match self.options.seasonal {
            Seasonal::Additive => Bands::normal(
                mean,
                growing(self.residual_std_dev(), |step| self.weight(step)),
            ),
            Seasonal::Multiplicative => {
                Bands::normal(mean, self.multiplicative_std_dev(horizon).into_iter())
            }
        }
    }

    fn parameters(&self) -> BTreeMap<String, f64> {
        let mut parameters = named([
            ("alpha", self.parameters.alpha),
            ("beta", self.parameters.beta),
            ("gamma", self.parameters.gamma),
            ("level", self.level),
            ("slope", self.slope),
            ("season_length", self.season.len() as f64),
        ]);
        if self.options.damped {
            parameters.insert("phi".to_owned(), self.parameters.phi);
        }
        parameters
    }

    fn residual_std_dev(&self) -> f64 {
        self.errors.std_dev(1)
    }

    fn applied_to(&self, history: &[f64]) -> Result<Box<dyn Model>, Error> {
        check::history(history)?;
        check::season(self.options.season_length, history.len())?;
        check_positive(history, self.options.seasonal)?;
        Ok(Box::new(fitted(history, &self.options, self.parameters)))
    }

    fn check_next(&self, values: &[f64]) -> Result<(), Error> {
        check_positive(values, self.options.seasonal)
    }

    fn update(&mut self, value: f64) {
        let (seasonal, parameters) = (self.options.seasonal, self.parameters);
        let (level, slope, errors) = (&mut self.level, &mut self.slope, &mut self.errors);
        take_turn(&mut self.season, |mut figure| {
            errors.push(parameters.step(seasonal, (level, slope, &mut figure), value));
            figure
        });
    }

    fn parts(&self) -> Vec<(f64, Fitted)> {
        vec![(1.0, Fitted::HoltWinters(self.clone()))]
    }
}
