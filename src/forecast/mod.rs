//! Forecasts in SQL: over arrays, over rows, and in batches over the tables.

/// Declares SQL functions that return one row a forecast day. pgrx reads the columns off the
/// signature, so a type alias cannot stand for them; this writes them once.
macro_rules! forecast_functions {
    ($($(#[$doc:meta])* fn $name:ident($($arguments:tt)*) $body:block)*) => {$(
        $(#[$doc])*
        #[pg_extern(immutable, parallel_safe, cost = 1000)]
        #[allow(clippy::type_complexity, clippy::too_many_arguments)]
        fn $name($($arguments)*) -> Result<
            TableIterator<'static, (
                name!(step, i32),
                name!(yhat, f64),
                name!(lo_80, f64),
                name!(hi_80, f64),
                name!(lo_95, f64),
                name!(hi_95, f64),
            )>,
            ErrorReport,
        > {
            let rows: Result<Vec<Step>, ErrorReport> = $body;
            Ok(TableIterator::new(rows?))
        }
    )*};
}

mod aggregate;
mod arrays;
mod batch;
mod families;
mod fingerprint;
mod options;
mod pool;
mod series;
pub mod shape;
mod store;

pub use options::history;
