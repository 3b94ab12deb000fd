//! Minimising a function of one or a few bounded variables, with few evaluations.

/// Golden-section search within `(low, high)` after a coarse scan that finds the right valley.
/// The answer is within `high - low` times 1e-4 of a local minimum.
pub(crate) fn minimise_one(f: impl FnMut(f64) -> f64, low: f64, high: f64) -> f64 {
    minimise_one_to(1e-4, f, low, high)
}

/// As [`minimise_one`], to another share of `high - low`.
pub(crate) fn minimise_one_to(
    share: f64,
    mut f: impl FnMut(f64) -> f64,
    low: f64,
    high: f64,
) -> f64 {
    const SCAN: usize = 8;
    const INVERSE_PHI: f64 = 0.618_033_988_749_894_8;
    let width = (high - low) / SCAN as f64;
    let at = |index: usize| low + width * index as f64;
    let mut best = (0, f64::INFINITY);
    for index in 0..=SCAN {
        let value = f(at(index));
        if value < best.1 {
            best = (index, value);
        }
    }
    let mut a = at(best.0.saturating_sub(1));
    let mut b = at((best.0 + 1).min(SCAN));
    let mut c = b - INVERSE_PHI * (b - a);
    let mut d = a + INVERSE_PHI * (b - a);
    let (mut f_c, mut f_d) = (f(c), f(d));
    while b - a > (high - low) * share {
        if f_c < f_d {
            (b, d, f_d) = (d, c, f_c);
            c = b - INVERSE_PHI * (b - a);
            f_c = f(c);
        } else {
            (a, c, f_c) = (c, d, f_d);
            d = a + INVERSE_PHI * (b - a);
            f_d = f(d);
        }
    }
    // The scan may have found the minimum on its edge.
    let middle = (a + b) / 2.0;
    if best.1 < f(middle) {
        at(best.0)
    } else {
        middle
    }
}

/// Points that are laid before the function at once.
pub(crate) const AT_ONCE: usize = 4;

/// A point of `N` variables with the function's value there.
type Vertex<const N: usize> = ([f64; N], f64);

/// Nelder and Mead (1965) within bounds: a step outside is cut back to the edge. `start` is where
/// the search begins, `step` how far the first simplex reaches.
///
/// `f` answers the value of one of several points, the first of them first. The others may be asked
/// for next: a function that takes little longer for all of them than for one computes them together
/// when asked for the first.
pub(crate) fn minimise<const N: usize>(
    mut f: impl FnMut(&[[f64; N]; AT_ONCE], usize) -> f64,
    start: [f64; N],
    step: f64,
    bounds: &[(f64, f64); N],
    evaluations: usize,
) -> [f64; N] {
    let clamp = |mut point: [f64; N]| {
        for (value, (low, high)) in point.iter_mut().zip(bounds) {
            *value = value.clamp(*low, *high);
        }
        point
    };
    let mut vertex = |points: &[[f64; N]; AT_ONCE], index: usize| -> Vertex<N> {
        let value = f(points, index);
        (
            points[index],
            if value.is_finite() { value } else { f64::MAX },
        )
    };
    let mut corners = vec![start];
    for index in 0..N {
        let mut point = start;
        let (low, high) = bounds[index];
        let reach = step * (high - low);
        point[index] += if start[index] + reach <= high {
            reach
        } else {
            -reach
        };
        corners.push(point);
    }
    let mut simplex: Vec<Vertex<N>> = together(&corners, clamp, &mut vertex);
    let mut spent = N + 1;
    while spent < evaluations {
        simplex.sort_unstable_by(|a, b| a.1.total_cmp(&b.1));
        let (best, worst) = (simplex[0], simplex[N]);
        if worst.1 - best.1 <= 1e-9 * best.1.abs() + f64::MIN_POSITIVE {
            break;
        }
        let mut centre = [0.0; N];
        for (point, _) in &simplex[..N] {
            for (sum, value) in centre.iter_mut().zip(point) {
                *sum += value / N as f64;
            }
        }
        // Reflected, expanded, contracted outside and inside.
        let candidates = [1.0, 2.0, 0.5, -0.5].map(|factor| {
            let mut point = centre;
            for (value, worst) in point.iter_mut().zip(&worst.0) {
                *value += factor * (*value - worst);
            }
            clamp(point)
        });
        let reflected = vertex(&candidates, 0);
        spent += 1;
        let replacement = if reflected.1 < best.1 {
            spent += 1;
            let expanded = vertex(&candidates, 1);
            if expanded.1 < reflected.1 {
                expanded
            } else {
                reflected
            }
        } else if reflected.1 < simplex[N - 1].1 {
            reflected
        } else {
            spent += 1;
            let inside = reflected.1 >= worst.1;
            vertex(&candidates, if inside { 3 } else { 2 })
        };
        if replacement.1 < worst.1 {
            simplex[N] = replacement;
            continue;
        }
        let shrunk: Vec<[f64; N]> = simplex[1..]
            .iter()
            .map(|(point, _)| std::array::from_fn(|index| (point[index] + best.0[index]) / 2.0))
            .collect();
        simplex.truncate(1);
        simplex.extend(together(&shrunk, clamp, &mut vertex));
        spent += N;
    }
    simplex
        .iter()
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .map_or(start, |(point, _)| *point)
}

/// The vertices at all points.
fn together<const N: usize>(
    points: &[[f64; N]],
    clamp: impl Fn([f64; N]) -> [f64; N],
    mut vertex: impl FnMut(&[[f64; N]; AT_ONCE], usize) -> Vertex<N>,
) -> Vec<Vertex<N>> {
    let mut vertices = Vec::with_capacity(points.len());
    for group in points.chunks(AT_ONCE) {
        // Places that are left over hold the last point again.
        let padded: [[f64; N]; AT_ONCE] =
            std::array::from_fn(|index| clamp(group[index.min(group.len() - 1)]));
        vertices.extend((0..group.len()).map(|index| vertex(&padded, index)));
    }
    vertices
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_minimum_of_a_parabola() {
        let found = minimise_one(|x| (x - 0.37).powi(2), 0.0, 1.0);
        assert!((found - 0.37).abs() < 1e-3);
    }

    #[test]
    fn finds_a_minimum_on_the_edge() {
        assert!(minimise_one(|x| x, 0.0, 1.0) < 1e-3);
        assert!(minimise_one(|x| -x, 0.0, 1.0) > 1.0 - 1e-3);
    }

    #[test]
    fn the_first_simplex_stays_within_the_bounds() {
        let first = |start: [f64; 2]| {
            let mut asked = Vec::new();
            let distance = |points: &[[f64; 2]; AT_ONCE], index: usize| {
                asked.push(points[index]);
                points[index].iter().map(|x| x * x).sum()
            };
            minimise(distance, start, 0.25, &[(-2.0, 2.0); 2], 3);
            asked
        };
        assert_eq!(first([0.5, 1.0]), [[0.5, 1.0], [1.5, 1.0], [0.5, 2.0]]);
        assert_eq!(first([1.5, 1.5]), [[1.5, 1.5], [0.5, 1.5], [1.5, 0.5]]);
    }

    #[test]
    fn finds_the_minimum_of_a_bent_valley() {
        let rosenbrock = |points: &[[f64; 2]; AT_ONCE], index: usize| {
            let [x, y] = points[index];
            100.0 * (y - x * x).powi(2) + (1.0 - x).powi(2)
        };
        let found = minimise(rosenbrock, [0.1, 0.1], 0.1, &[(-2.0, 2.0); 2], 1_000);
        assert!((found[0] - 1.0).abs() < 1e-2 && (found[1] - 1.0).abs() < 1e-2);
    }
}
