//! Forecasts in SQL: over arrays, over rows, and in batches over the tables.

mod aggregate;
mod arrays;
mod batch;
mod options;
mod pool;
mod shape;
mod store;

pub use options::history;
