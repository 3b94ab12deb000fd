//! The scripts that `install()` and `install_api()` run, in the order of their numbers.
//!
//! Tables and the API are not members of the extension (see ARCHITECTURE.md), so the library
//! carries their text and SQL runs it as the role that will own them.

use pgrx::prelude::*;

/// One script: its number, its name and its text.
type Script = (i32, &'static str, &'static str);

macro_rules! scripts {
    ($folder:literal: $($number:literal $name:literal),* $(,)?) => {
        &[$(($number, $name, include_str!(concat!("../sql/", $folder, "/", $name, ".sql")))),*]
    };
}

/// A released migration is never edited: a change is a new one.
const MIGRATIONS: &[Script] = scripts![
    "migrations":
    1 "0001_registry",
    2 "0002_master_data",
    3 "0003_stock",
    4 "0004_demand",
    5 "0005_forecasts",
    6 "0006_accuracy",
    7 "0007_replenishment",
    8 "0008_jobs",
    9 "0009_alerts",
    10 "0010_views",
];

/// All migrations that this library knows.
#[pg_extern(immutable, strict, parallel_safe, cost = 1)]
fn migrations() -> TableIterator<
    'static,
    (
        name!(migration_number, i32),
        name!(migration_name, &'static str),
        name!(statements, &'static str),
    ),
> {
    TableIterator::new(MIGRATIONS.iter().copied())
}

/// The schema `replenish_api`, made anew as a whole by `install_api()`.
const API: &[Script] = scripts![
    "api":
    1 "auth",
    2 "views",
    3 "demand",
    4 "forecasts",
    5 "replenishment",
    6 "session",
];

/// The text of the API.
#[pg_extern(immutable, strict, parallel_safe, cost = 1)]
fn api_scripts() -> TableIterator<
    'static,
    (
        name!(script_number, i32),
        name!(script_name, &'static str),
        name!(statements, &'static str),
    ),
> {
    TableIterator::new(API.iter().copied())
}

/// Version of this library; SQL of another version calls it after an update of the files.
#[pg_extern(immutable, strict, parallel_safe, cost = 1)]
fn library_version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// Every routine has a comment, so comments are the list of routines.
const COMMENTS: &[&str] = &[
    include_str!("../sql/functions/comments_and_grants.sql"),
    include_str!("../sql/functions/accuracy_aggregates.sql"),
    include_str!("../sql/functions/demand_aggregates.sql"),
    include_str!("../sql/functions/forecast_aggregates.sql"),
];

/// Signatures of the routines that SQL of this version has.
#[pg_extern(immutable, strict, parallel_safe, cost = 1)]
fn known_routines() -> SetOfIterator<'static, &'static str> {
    SetOfIterator::new(
        COMMENTS
            .iter()
            .flat_map(|file| file.lines())
            .filter_map(|line| {
                let object = line.strip_prefix("COMMENT ON ")?;
                let (kind, rest) = object.split_once(' ')?;
                matches!(kind, "FUNCTION" | "PROCEDURE" | "AGGREGATE").then_some(rest)
            })
            .filter_map(|rest| Some(rest.split_once(" IS")?.0)),
    )
}

extension_sql_file!("../sql/types.sql", name = "types", bootstrap);
extension_sql_file!(
    "../sql/functions/tenancy.sql",
    name = "tenancy",
    requires = ["types"]
);
extension_sql_file!(
    "../sql/functions/install.sql",
    name = "install",
    requires = [migrations]
);
extension_sql_file!(
    "../sql/functions/api.sql",
    name = "api",
    requires = [api_scripts]
);
extension_sql_file!(
    "../sql/functions/reads.sql",
    name = "reads",
    requires = ["types"]
);
extension_sql_file!(
    "../sql/functions/demand.sql",
    name = "demand",
    requires = ["types"]
);
extension_sql_file!(
    "../sql/functions/forecasts.sql",
    name = "forecasts",
    requires = ["types"]
);
extension_sql_file!(
    "../sql/functions/accuracy.sql",
    name = "accuracy",
    requires = ["types"]
);
extension_sql_file!(
    "../sql/functions/plans.sql",
    name = "plans",
    requires = ["types"]
);
extension_sql_file!(
    "../sql/functions/replenishment.sql",
    name = "replenishment",
    requires = ["types"]
);
extension_sql_file!(
    "../sql/functions/suggestions.sql",
    name = "suggestions",
    requires = ["types"]
);
extension_sql_file!(
    "../sql/functions/simulate.sql",
    name = "simulate",
    requires = ["types"]
);
extension_sql_file!(
    "../sql/functions/classes.sql",
    name = "classes",
    requires = ["types"]
);
extension_sql_file!(
    "../sql/functions/jobs.sql",
    name = "jobs",
    requires = ["types"]
);
extension_sql_file!(
    "../sql/functions/job_runs.sql",
    name = "job_runs",
    requires = ["types"]
);
extension_sql_file!(
    "../sql/functions/job_work.sql",
    name = "job_work",
    requires = ["types"]
);
extension_sql_file!(
    "../sql/functions/schedule.sql",
    name = "schedule",
    requires = ["types"]
);
extension_sql_file!(
    "../sql/functions/alerts.sql",
    name = "alerts",
    requires = ["types"]
);
extension_sql_file!(
    "../sql/functions/alert_causes.sql",
    name = "alert_causes",
    requires = ["types"]
);
extension_sql_file!(
    "../sql/functions/metrics.sql",
    name = "metrics",
    requires = ["types"]
);
extension_sql_file!(
    "../sql/functions/operations.sql",
    name = "operations",
    requires = ["types"]
);
extension_sql_file!(
    "../sql/functions/verify.sql",
    name = "verify",
    requires = ["types", library_version, "verify_catalog"]
);
extension_sql_file!(
    "../sql/functions/verify_catalog.sql",
    name = "verify_catalog",
    requires = [
        "types",
        migrations,
        known_routines,
        "tenancy",
        "partitions",
        "install"
    ]
);
extension_sql_file!(
    "../sql/functions/partitions.sql",
    name = "partitions",
    requires = ["types"]
);
extension_sql_file!(
    "../sql/functions/guard.sql",
    name = "guard",
    requires = ["types"]
);
extension_sql_file!(
    "../sql/functions/demo.sql",
    name = "demo",
    requires = ["types"]
);
extension_sql_file!(
    "../sql/functions/comments_and_grants.sql",
    name = "comments_and_grants",
    finalize
);
