//! Maximum likelihood by the method of Levenberg (1944) and Marquardt (1963).
//!
//! Smoothing parameters and first states move together. A simplex in seventeen variables needs
//! thousands of passes over the series; this needs some two hundred, because the residuals tell
//! where to go. A parameter that sits on its bound and wants to go beyond is held there.

use super::filter::{
    ALPHA, BETA_SHARE, GAMMA_SHARE, LANES, LEVEL, PHI, Point, SEASON, SLOPE, State, residuals,
    residuals_of_many,
};
use super::form::{Form, SeasonForm, TrendForm};
use crate::lanes::lanes;
use std::array::from_fn;

/// Bounds of alpha and of beta and gamma as shares of what alpha leaves, as in R's `ets`.
const SHARE: (f64, f64) = (1e-4, 0.9999);
/// Bounds of the damping, as in R's `ets`.
const DAMPING: (f64, f64) = (0.8, 0.98);
/// How long a search goes on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Effort {
    /// Steps at most; on most reference series the likelihood stands still after a dozen.
    pub steps: usize,
    /// Relative gain in the sum of squares below which the search ends.
    pub gain: f64,
    /// Whether trends are also sought from a slope that follows the level closely: a third valley,
    /// deepest on one of the reference series (car part 21091641), where demand dies out early.
    pub wide: bool,
}

/// Where the search ended.
pub(super) struct Fit {
    pub point: Point,
    pub state: State,
    /// Sum of squared residuals.
    pub sum: f64,
}

/// Room that all steps of a search share.
struct Room {
    /// Variables that are searched.
    free: Vec<usize>,
    /// Derivatives of the residuals: a block of so many columns after the other, a row for each value.
    derivatives: Vec<[f64; LANES]>,
    base: Vec<f64>,
    moved: Vec<f64>,
    state: State,
    /// Residuals and season's figures of several points at once.
    many: Vec<[f64; LANES]>,
    seasons: Vec<[f64; LANES]>,
    normal: Vec<f64>,
    solution: Vec<f64>,
}

/// Variables of `form` that are searched.
fn free(form: Form, point: &[f64]) -> Vec<usize> {
    let mut free = vec![ALPHA, LEVEL];
    if form.trend != TrendForm::None {
        free.extend([BETA_SHARE, SLOPE]);
    }
    if form.trend == TrendForm::Damped {
        free.push(PHI);
    }
    if form.is_seasonal() {
        free.push(GAMMA_SHARE);
        free.extend(SEASON..point.len());
    }
    free
}

fn bounds(index: usize) -> (f64, f64) {
    match index {
        ALPHA | BETA_SHARE | GAMMA_SHARE => SHARE,
        PHI => DAMPING,
        _ => (f64::NEG_INFINITY, f64::INFINITY),
    }
}

/// Searches from the best of several smoothing parameters at the given first states. Forms without
/// a season cost little and have two valleys more often, a slow and a fast level: they are searched
/// from both.
pub(super) fn search(
    form: Form,
    values: &[f64],
    start: &Point,
    season_length: usize,
    effort: Effort,
) -> Fit {
    let mut room = Room::of(form, values, start, season_length);
    let starts: &[&[f64]] = if form.is_seasonal() {
        &[&[0.1, 0.4, 0.8]]
    } else {
        &[&[0.05, 0.2], &[0.5, 0.9]]
    };
    let mut ends: Vec<(Point, f64)> = Vec::with_capacity(3);
    for alphas in starts {
        let point = best_start(form, values, start, alphas, &mut room);
        ends.push(descend(form, values, point, effort, &mut room));
    }
    if effort.wide && form.trend != TrendForm::None {
        let mut swift = start.clone();
        swift[BETA_SHARE] = 0.9;
        let point = best_start(form, values, &swift, &[0.05, 0.2, 0.5], &mut room);
        ends.push(descend(form, values, point, effort, &mut room));
    }
    let best = ends.into_iter().min_by(|a, b| a.1.total_cmp(&b.1));
    room.fit(best.unwrap_or_else(|| (start.clone(), f64::INFINITY)))
}

/// Goes on from a point that an earlier search reached.
pub(super) fn resume(
    form: Form,
    values: &[f64],
    point: &Point,
    season_length: usize,
    effort: Effort,
) -> Fit {
    let mut room = Room::of(form, values, point, season_length);
    let end = descend(form, values, point.clone(), effort, &mut room);
    room.fit(end)
}

impl Room {
    fn of(form: Form, values: &[f64], start: &Point, season_length: usize) -> Self {
        let season = if form.is_seasonal() { season_length } else { 0 };
        let free = free(form, start);
        Self {
            derivatives: vec![[0.0; LANES]; free.len().div_ceil(LANES) * values.len()],
            base: vec![0.0; values.len()],
            moved: vec![0.0; values.len()],
            state: State {
                level: 0.0,
                slope: 0.0,
                season: vec![0.0; season],
            },
            many: vec![[0.0; LANES]; values.len()],
            seasons: vec![[0.0; LANES]; season],
            normal: vec![0.0; free.len() * free.len()],
            solution: vec![0.0; free.len()],
            free,
        }
    }

    fn fit(self, (point, sum): (Point, f64)) -> Fit {
        Fit {
            point,
            state: self.state,
            sum,
        }
    }
}

/// Steps downhill until it hardly goes down any more.
fn descend(
    form: Form,
    values: &[f64],
    mut point: Point,
    effort: Effort,
    room: &mut Room,
) -> (Point, f64) {
    let (mut sum, _) = residuals(form, values, &point, &mut room.state, &mut room.base);
    let mut damping = 1e-2;
    // A typical size of the states, for steps of the differences.
    let scale = point[LEVEL].abs().max(1e-6);
    let free = room.free.clone();
    for _ in 0..effort.steps {
        differentiate(form, values, &point, &free, scale, room);
        let former = sum;
        (point, sum) = step(form, values, point, sum, &free, &mut damping, room);
        if former - sum <= effort.gain * former {
            break;
        }
    }
    (point, sum)
}

fn best_start(form: Form, values: &[f64], start: &Point, alphas: &[f64], room: &mut Room) -> Point {
    let gammas: &[f64] = if form.is_seasonal() {
        &[0.05, 0.5]
    } else {
        &[0.05]
    };
    let mut trials = Vec::with_capacity(alphas.len() * gammas.len());
    for alpha in alphas {
        for gamma in gammas {
            let mut trial = start.clone();
            trial[ALPHA] = *alpha;
            trial[GAMMA_SHARE] = *gamma;
            trials.push(trial);
        }
    }
    let mut best = (f64::INFINITY, start);
    for some in trials.chunks(LANES) {
        let points = filled_up(some, start);
        let sums = residuals_of_many(form, values, &points, &mut room.seasons, &mut room.many);
        for (trial, sum) in some.iter().zip(sums) {
            if sum < best.0 {
                best = (sum, trial);
            }
        }
    }
    best.1.clone()
}

/// As many points as one pass takes, the rest filled up.
fn filled_up(points: &[Point], rest: &Point) -> [Point; LANES] {
    from_fn(|lane| points.get(lane).unwrap_or(rest).clone())
}

/// Forward differences of the residuals from those in `room.base`.
fn differentiate(
    form: Form,
    values: &[f64],
    point: &Point,
    free: &[usize],
    scale: f64,
    room: &mut Room,
) {
    let step = |index: usize| {
        let size = match index {
            ALPHA | BETA_SHARE | GAMMA_SHARE | PHI => 1.0,
            _ if index >= SEASON && form.season == SeasonForm::Multiplicative => 1.0,
            _ => scale,
        };
        // Away from the nearer bound; half of a double's digits.
        if point[index] + 1e-6 * size < bounds(index).1 {
            1e-6 * size
        } else {
            -1e-6 * size
        }
    };
    let blocks = room.derivatives.chunks_exact_mut(values.len());
    for (block, indices) in blocks.zip(free.chunks(LANES)) {
        let mut points = filled_up(&[], point);
        let mut per_step = [0.0; LANES];
        for ((moved, per_step), index) in points.iter_mut().zip(&mut per_step).zip(indices) {
            moved[*index] += step(*index);
            *per_step = 1.0 / step(*index);
        }
        residuals_of_many(form, values, &points, &mut room.seasons, block);
        for (moved, base) in block.iter_mut().zip(&room.base) {
            *moved = lanes(|lane| (moved[lane] - base) * per_step[lane]);
        }
    }
}

/// One step downhill: tries with more and more damping until one goes down.
fn step(
    form: Form,
    values: &[f64],
    point: Point,
    sum: f64,
    free: &[usize],
    damping: &mut f64,
    room: &mut Room,
) -> (Point, f64) {
    const TRIES: usize = 6;
    let size = free.len();
    let (mut gradient, mut products) = normal_equations(room, values.len(), size);
    for (place, index) in free.iter().enumerate() {
        let (low, high) = bounds(*index);
        let value = point[*index];
        let outwards =
            (value <= low && gradient[place] > 0.0) || (value >= high && gradient[place] < 0.0);
        if outwards || !gradient[place].is_finite() {
            gradient[place] = 0.0;
            for other in 0..size {
                products[place * size + other] = 0.0;
                products[other * size + place] = 0.0;
            }
            products[place * size + place] = 1.0;
        }
    }
    for _ in 0..TRIES {
        room.normal.copy_from_slice(&products);
        for place in 0..size {
            room.normal[place * size + place] *= 1.0 + *damping;
        }
        room.solution.copy_from_slice(&gradient);
        let mut trial = point.clone();
        if solve(&mut room.normal, &mut room.solution) {
            for (index, change) in free.iter().zip(&room.solution) {
                let (low, high) = bounds(*index);
                trial[*index] = (trial[*index] - change).clamp(low, high);
            }
            let (reached, _) = residuals(form, values, &trial, &mut room.state, &mut room.moved);
            if reached < sum {
                std::mem::swap(&mut room.base, &mut room.moved);
                *damping = (*damping / 5.0).max(1e-7);
                return (trial, reached);
            }
        }
        *damping *= 6.0;
    }
    (point, sum)
}

/// Products of the derivatives with the residuals, and of each with each.
fn normal_equations(room: &Room, length: usize, size: usize) -> (Vec<f64>, Vec<f64>) {
    let blocks: Vec<_> = room.derivatives.chunks_exact(length).collect();
    let mut gradient = Vec::with_capacity(blocks.len() * LANES);
    let mut products = vec![0.0; size * size];
    for (i, block) in blocks.iter().enumerate() {
        let mut sums = [0.0; LANES];
        for (row, residual) in block.iter().zip(&room.base) {
            sums = lanes(|lane| sums[lane] + row[lane] * residual);
        }
        gradient.extend(sums);
        for (j, other) in blocks[..=i].iter().enumerate() {
            let sums = cross_products(block, other);
            for (i, sums) in (i * LANES..size).zip(sums) {
                for (j, sum) in (j * LANES..size).zip(sums) {
                    products[i * size + j] = sum;
                    products[j * size + i] = sum;
                }
            }
        }
    }
    gradient.truncate(size);
    (gradient, products)
}

fn cross_products(a: &[[f64; LANES]], b: &[[f64; LANES]]) -> [[f64; LANES]; LANES] {
    let mut sums = [[0.0; LANES]; LANES];
    for (a, b) in a.iter().zip(b) {
        sums = lanes(|i| lanes(|j| sums[i][j] + a[i] * b[j]));
    }
    sums
}

/// Solves a symmetric positive system in place after Cholesky; `false` where it is singular.
fn solve(matrix: &mut [f64], right: &mut [f64]) -> bool {
    let size = right.len();
    for i in 0..size {
        for j in 0..=i {
            let mut sum = matrix[i * size + j];
            for k in 0..j {
                sum -= matrix[i * size + k] * matrix[j * size + k];
            }
            if i != j {
                matrix[i * size + j] = sum / matrix[j * size + j];
            } else if sum > 0.0 && sum.is_finite() {
                matrix[i * size + i] = sum.sqrt();
            } else {
                return false;
            }
        }
        let known: f64 = (0..i).map(|k| matrix[i * size + k] * right[k]).sum();
        right[i] = (right[i] - known) / matrix[i * size + i];
    }
    for i in (0..size).rev() {
        let known: f64 = (i + 1..size).map(|k| matrix[k * size + i] * right[k]).sum();
        right[i] = (right[i] - known) / matrix[i * size + i];
    }
    true
}
