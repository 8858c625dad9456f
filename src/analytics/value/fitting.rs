//! Maximum likelihood for a handful of positive parameters.
//!
//! The search runs over logarithms, so that no parameter can become negative: BFGS first; where its line search gives up,
//! Nelder–Mead brings a better start. Newton steps on the observed information then take the last digits, and the same
//! information gives the standard errors. Everything is deterministic.

use argmin::core::{CostFunction, Error, Executor, Gradient, State};
use argmin::solver::linesearch::MoreThuenteLineSearch;
use argmin::solver::neldermead::NelderMead;
use argmin::solver::quasinewton::BFGS;

/// A log-likelihood over `N` positive parameters.
pub(super) trait Likelihood<const N: usize>: Sync {
    /// The sum over all customers and its derivatives by the parameters (not by their logarithms).
    fn evaluate(&self, parameters: &[f64; N]) -> (f64, [f64; N]);
    /// Customers the sum runs over; the search works on the mean, so that its tolerances mean the same for any chain.
    fn customers(&self) -> f64;
}

/// Where the search ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fitted<const N: usize> {
    pub parameters: [f64; N],
    /// By the delta method from the observed information of the logarithms.
    pub standard_errors: [f64; N],
    pub log_likelihood: f64,
    pub customers: f64,
}

/// Logarithms beyond this say that the data hold no maximum: a parameter runs to zero or to infinity.
const FARTHEST: f64 = 16.0;
/// A parameter known to within a factor of e^10 is not known.
const VAGUEST: f64 = 10.0;
/// Length of the mean gradient at which the top is reached.
const LEVEL: f64 = 1e-7;

/// The parameters with the greatest likelihood, or `None` when the data do not single out any.
pub(super) fn fit<const N: usize>(likelihood: &impl Likelihood<N>, start: [f64; N]) -> Option<Fitted<N>> {
    if likelihood.customers() < 1.0 {
        return None;
    }
    let surface = Surface { likelihood };
    let start: Vec<f64> = start.iter().map(|value| value.ln()).collect();
    let first = climb(&surface, &start).unwrap_or_else(|| start.clone());
    let finish = |from: &[f64]| polish(&surface, from);
    let (logs, errors) = finish(&first).or_else(|| {
        let near = simplex(&surface, &start)?;
        finish(&climb(&surface, &near).unwrap_or(near))
    })?;
    let parameters = natural(&logs);
    let (log_likelihood, _) = likelihood.evaluate(&parameters);
    let mut standard_errors = parameters;
    standard_errors.iter_mut().zip(&errors).for_each(|(value, error)| *value *= error);
    Some(Fitted { parameters, standard_errors, log_likelihood, customers: likelihood.customers() })
}

/// The mean log-likelihood turned upside down, over logarithms.
struct Surface<'a, L> {
    likelihood: &'a L,
}

impl<L> Surface<'_, L> {
    fn at<const N: usize>(&self, logs: &[f64]) -> (f64, Vec<f64>)
    where
        L: Likelihood<N>,
    {
        let outside = logs.iter().any(|value| value.abs() > FARTHEST || value.is_nan());
        let parameters: [f64; N] = natural(logs);
        let (value, slope) = if outside { (f64::NAN, [0.0; N]) } else { self.likelihood.evaluate(&parameters) };
        let customers = self.likelihood.customers();
        if !value.is_finite() || slope.iter().any(|part| !part.is_finite()) {
            return (f64::INFINITY, vec![0.0; N]);
        }
        (-value / customers, slope.iter().zip(&parameters).map(|(part, value)| -part * value / customers).collect())
    }
}

fn natural<const N: usize>(logs: &[f64]) -> [f64; N] {
    std::array::from_fn(|at| logs.get(at).map_or(f64::NAN, |value| value.exp()))
}

/// The surface as argmin wants it; `N` has to stand in the type.
struct Task<'a, 'b, L, const N: usize>(&'a Surface<'b, L>);

impl<L: Likelihood<N>, const N: usize> CostFunction for Task<'_, '_, L, N> {
    type Param = Vec<f64>;
    type Output = f64;
    fn cost(&self, logs: &Vec<f64>) -> Result<f64, Error> {
        Ok(self.0.at::<N>(logs).0)
    }
}

impl<L: Likelihood<N>, const N: usize> Gradient for Task<'_, '_, L, N> {
    type Param = Vec<f64>;
    type Gradient = Vec<f64>;
    fn gradient(&self, logs: &Vec<f64>) -> Result<Vec<f64>, Error> {
        Ok(self.0.at::<N>(logs).1)
    }
}

/// BFGS with the line search of Moré and Thuente; `None` when the line search finds no way.
fn climb<L: Likelihood<N>, const N: usize>(surface: &Surface<'_, L>, start: &[f64]) -> Option<Vec<f64>> {
    let unit =
        (0..N).map(|row| (0..N).map(|column| f64::from(u8::from(row == column))).collect()).collect::<Vec<Vec<f64>>>();
    let search = MoreThuenteLineSearch::new().with_c(1e-4, 0.9).ok()?;
    let solver = BFGS::new(search).with_tolerance_grad(LEVEL).ok()?;
    let done = Executor::new(Task::<L, N>(surface), solver)
        .configure(|state| state.param(start.to_vec()).inv_hessian(unit).max_iters(300))
        .timer(false)
        .run()
        .ok()?;
    done.state.get_best_param().cloned()
}

/// Nelder–Mead needs no slope and survives places where the surface ends.
fn simplex<L: Likelihood<N>, const N: usize>(surface: &Surface<'_, L>, start: &[f64]) -> Option<Vec<f64>> {
    let mut corners = vec![start.to_vec()];
    for at in 0..N {
        let mut corner = start.to_vec();
        corner[at] += 1.0;
        corners.push(corner);
    }
    let solver = NelderMead::new(corners).with_sd_tolerance(1e-12).ok()?;
    let done = Executor::new(Task::<L, N>(surface), solver)
        .configure(|state| state.max_iters(2_000))
        .timer(false)
        .run()
        .ok()?;
    done.state.get_best_param().cloned()
}

/// Newton steps until the slope is level; the logarithms and their standard errors. `None` when the place is no top, or
/// so flat that some parameter is not known at all.
fn polish<L: Likelihood<N>, const N: usize>(surface: &Surface<'_, L>, from: &[f64]) -> Option<(Vec<f64>, Vec<f64>)> {
    let mut logs = from.to_vec();
    let (mut height, mut slope) = surface.at::<N>(&logs);
    for _ in 0..30 {
        if !height.is_finite() {
            return None;
        }
        let inverse = inverse(&curvature::<L, N>(surface, &logs))?;
        let step: Vec<f64> = inverse.iter().map(|row| row.iter().zip(&slope).map(|(i, s)| i * s).sum()).collect();
        let taken = (0..20).map(|halvings| 0.5f64.powi(halvings)).find_map(|share| {
            let tried: Vec<f64> = logs.iter().zip(&step).map(|(at, by)| at - share * by).collect();
            let (reached, slope) = surface.at::<N>(&tried);
            (reached < height).then_some((tried, reached, slope))
        });
        let small = step.iter().all(|by| by.abs() < 1e-10);
        match taken {
            Some((tried, reached, sloped)) if !small => (logs, height, slope) = (tried, reached, sloped),
            _ => break,
        }
    }
    let level = slope.iter().map(|part| part * part).sum::<f64>().sqrt() < LEVEL * 10.0;
    let inverse = inverse(&curvature::<L, N>(surface, &logs))?;
    let customers = surface.likelihood.customers();
    let errors: Vec<f64> = (0..N).map(|at| (inverse[at][at] / customers).sqrt()).collect();
    (level && errors.iter().all(|error| *error < VAGUEST)).then_some((logs, errors))
}

/// Second derivatives by central differences of the exact first ones.
fn curvature<L: Likelihood<N>, const N: usize>(surface: &Surface<'_, L>, logs: &[f64]) -> [[f64; N]; N] {
    const STEP: f64 = 1e-4;
    let mut matrix = [[0.0; N]; N];
    for (column, row) in matrix.iter_mut().enumerate() {
        let beside = |by: f64| {
            let mut logs = logs.to_vec();
            logs[column] += by;
            surface.at::<N>(&logs).1
        };
        let (above, below) = (beside(STEP), beside(-STEP));
        row.iter_mut().enumerate().for_each(|(at, cell)| *cell = (above[at] - below[at]) / (2.0 * STEP));
    }
    std::array::from_fn(|row| std::array::from_fn(|column| f64::midpoint(matrix[row][column], matrix[column][row])))
}

/// Inverse of a symmetric matrix by Cholesky's factors; `None` unless it is positive definite.
#[allow(clippy::needless_range_loop)] // rows and columns of two matrices at once read better by index
fn inverse<const N: usize>(matrix: &[[f64; N]; N]) -> Option<[[f64; N]; N]> {
    let mut lower = [[0.0; N]; N];
    for row in 0..N {
        for column in 0..=row {
            let rest = matrix[row][column] - (0..column).map(|k| lower[row][k] * lower[column][k]).sum::<f64>();
            lower[row][column] = match row == column {
                true if rest > 1e-14 => rest.sqrt(),
                true => return None,
                false => rest / lower[column][column],
            };
        }
    }
    let mut inverse = [[0.0; N]; N];
    for unit in 0..N {
        let mut forward = [0.0; N];
        for row in 0..N {
            let right = f64::from(u8::from(row == unit)) - (0..row).map(|k| lower[row][k] * forward[k]).sum::<f64>();
            forward[row] = right / lower[row][row];
        }
        for row in (0..N).rev() {
            let right = forward[row] - (row + 1..N).map(|k| lower[k][row] * inverse[k][unit]).sum::<f64>();
            inverse[row][unit] = right / lower[row][row];
        }
    }
    Some(inverse)
}
