//! pg_replenish: demand forecasts and replenishment suggestions inside PostgreSQL.
//!
//! This crate is the thin SQL face. The mathematics live in `crates/forecasting` and
//! `crates/inventory`, which know nothing of PostgreSQL; tables, views and everything that only
//! moves rows live in `sql/`. See ARCHITECTURE.md for the map.
//!
//! | module | what SQL gets from it |
//! |---|---|
//! | [`errors`] | one mapping from our errors to SQLSTATE, message, DETAIL and HINT |
//! | [`settings`] | the server settings |
//! | [`tenancy`] | `current_tenant_id()`, on which every policy rests |
//! | [`demand`] | `pack_demand(day, quantity)`: a series read in one pass, and its statistics |
//! | [`document`] | `jsonb` arguments that can be refused |
//! | [`forecast`] | the models over arrays and over rows, and the batch engine |
//! | [`mod@inventory`] | safety stock, reorder point, order quantity, urgency |
//! | [`plan`] | the whole decision on one material, and its words |
//! | [`simulate`] | what a policy would have done |
//! | [`classes`] | ABC, XYZ and demand patterns |
//! | [`accuracy`] | the error measures as aggregates |
//! | [`mod@memory`] | a clean error where memory runs out |
//! | [`schema`] | the migrations that `install()` runs |

use pgrx::prelude::*;

mod accuracy;
mod aggregate;
mod classes;
mod demand;
mod document;
mod errors;
mod forecast;
mod inventory;
mod memory;
mod plan;
mod schema;
mod settings;
mod simulate;
mod sql;
mod tenancy;

pg_module_magic!(name, version);

/// Runs once per backend, when the library is loaded.
#[allow(non_snake_case)]
#[pg_guard]
pub extern "C-unwind" fn _PG_init() {
    // An error for a user must never carry a backtrace, whatever the server's environment says.
    // SAFETY: PostgreSQL loads libraries from its only thread.
    unsafe { std::env::set_var("RUST_LIB_BACKTRACE", "0") };
    settings::register();
    memory::register();
}
