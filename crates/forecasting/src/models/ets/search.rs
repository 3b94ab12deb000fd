//! Maximum likelihood by the method of Levenberg (1944) and Marquardt (1963).
//!
//! Smoothing parameters and first states move together. A simplex in seventeen variables needs
//! thousands of passes over the series; this needs some two hundred, because the residuals tell
//! where to go. A parameter that sits on its bound and wants to go beyond is held there.

use super::filter::{
    ALPHA, BETA_SHARE, GAMMA_SHARE, LEVEL, PHI, Point, SEASON, SLOPE, State, residuals,
};
use super::form::{Form, SeasonForm, TrendForm};

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
    /// One row of derivatives for each free variable.
    rows: Vec<f64>,
    base: Vec<f64>,
    moved: Vec<f64>,
    state: State,
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
            rows: vec![0.0; free.len() * values.len()],
            base: vec![0.0; values.len()],
            moved: vec![0.0; values.len()],
            state: State {
                level: 0.0,
                slope: 0.0,
                season: vec![0.0; season],
            },
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
        differentiate(form, values, &mut point, &free, scale, room);
        let former = sum;
        (point, sum) = step(form, values, point, sum, &free, &mut damping, room);
        if former - sum <= effort.gain * former {
            break;
        }
    }
    (point, sum)
}

fn best_start(form: Form, values: &[f64], start: &Point, alphas: &[f64], room: &mut Room) -> Point {
    let mut best = (f64::INFINITY, start.clone());
    let mut trial = start.clone();
    for alpha in alphas {
        for gamma in [0.05, 0.5] {
            if gamma > 0.1 && !form.is_seasonal() {
                continue;
            }
            trial[ALPHA] = *alpha;
            trial[GAMMA_SHARE] = gamma;
            let (sum, _) = residuals(form, values, &trial, &mut room.state, &mut room.moved);
            if sum < best.0 {
                best = (sum, trial.clone());
            }
        }
    }
    best.1
}

/// Fills the rows with forward differences of the residuals.
fn differentiate(
    form: Form,
    values: &[f64],
    point: &mut Point,
    free: &[usize],
    scale: f64,
    room: &mut Room,
) {
    residuals(form, values, point, &mut room.state, &mut room.base);
    for (row, index) in room.rows.chunks_exact_mut(values.len()).zip(free) {
        let former = point[*index];
        let relative = *index >= SEASON && form.season == SeasonForm::Multiplicative;
        let size = match *index {
            ALPHA | BETA_SHARE | GAMMA_SHARE | PHI => 1.0,
            _ if relative => 1.0,
            _ => scale,
        };
        // Away from the nearer bound; half of a double's digits.
        let step = if former + 1e-6 * size < bounds(*index).1 {
            1e-6 * size
        } else {
            -1e-6 * size
        };
        point[*index] = former + step;
        residuals(form, values, point, &mut room.state, &mut room.moved);
        point[*index] = former;
        for ((slope, moved), base) in row.iter_mut().zip(&room.moved).zip(&room.base) {
            *slope = (moved - base) / step;
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
    let rows: Vec<&[f64]> = room.rows.chunks_exact(values.len()).collect();
    let mut gradient: Vec<f64> = rows.iter().map(|row| dot(row, &room.base)).collect();
    let mut products = vec![0.0; size * size];
    for i in 0..size {
        for j in 0..=i {
            let product = dot(rows[i], rows[j]);
            products[i * size + j] = product;
            products[j * size + i] = product;
        }
    }
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
                *damping = (*damping / 5.0).max(1e-7);
                return (trial, reached);
            }
        }
        *damping *= 6.0;
    }
    (point, sum)
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    // Four sums run side by side in the processor.
    let mut sums = [0.0; 4];
    let (a_four, a_rest) = a.as_chunks::<4>();
    let (b_four, b_rest) = b.as_chunks::<4>();
    for (a, b) in a_four.iter().zip(b_four) {
        for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b)) {
            *sum += a * b;
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f64>() + rest
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
