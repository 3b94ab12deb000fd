//! Server settings of the extension.

use pgrx::guc::{GucContext, GucFlags, GucRegistry, GucSetting};
use pgrx::{pg_guard, pg_sys};
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::num::NonZeroUsize;

static CURRENT_TENANT_ID: GucSetting<Option<CString>> =
    GucSetting::<Option<CString>>::new(Some(c""));
/// 0 stands for the machine's processors.
static MAX_THREADS: GucSetting<i32> = GucSetting::<i32>::new(0);
static KEPT_VERSIONS: GucSetting<i32> = GucSetting::<i32>::new(30);
static KEPT_RUN_DAYS: GucSetting<i32> = GucSetting::<i32>::new(90);

/// Makes the settings known to PostgreSQL.
pub fn register() {
    // SAFETY: the hook is guarded and does not panic.
    unsafe {
        GucRegistry::define_string_guc_with_hooks(
            c"app.current_tenant_id",
            c"The tenant whose rows this session may see and change.",
            c"A uuid, or empty for none. Only a superuser, or a role with GRANT SET ON PARAMETER, \
              may change it.",
            &CURRENT_TENANT_ID,
            GucContext::Suset,
            GucFlags::default(),
            Some(check_tenant_id),
            None,
            None,
        );
    }
    GucRegistry::define_int_guc(
        c"replenish.max_threads",
        c"Threads that fit forecast models within one backend.",
        c"0 for as many as the machine has processors, which is the most there ever are; 1 for none \
          beside the backend itself. Results do not depend on it.",
        &MAX_THREADS,
        0,
        64,
        GucContext::Userset,
        GucFlags::default(),
    );
    GucRegistry::define_int_guc(
        c"replenish.kept_versions",
        c"Superseded forecast versions kept per material and facility.",
        c"Older superseded versions are deleted when a new one is stored.",
        &KEPT_VERSIONS,
        0,
        100_000,
        GucContext::Suset,
        GucFlags::default(),
    );
    GucRegistry::define_int_guc(
        c"replenish.kept_run_days",
        c"Days that nightly runs and their errors are kept.",
        c"Older rows of job_runs, job_chunks and job_errors are deleted when a run ends.",
        &KEPT_RUN_DAYS,
        1,
        36_500,
        GucContext::Suset,
        GucFlags::default(),
    );
}

/// The tenant of this session, if one is set.
pub fn current_tenant_id() -> Option<uuid::Uuid> {
    let text = CURRENT_TENANT_ID.get()?;
    parse_tenant_id(&text).flatten()
}

/// How many threads may fit models now.
pub fn threads() -> usize {
    let processors = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    match usize::try_from(MAX_THREADS.get()) {
        Ok(0) | Err(_) => processors,
        Ok(wanted) => wanted.min(processors),
    }
}

/// How many superseded versions of a forecast stay.
pub fn kept_versions() -> i32 {
    KEPT_VERSIONS.get()
}

/// `None` for text that is not a uuid, `Some(None)` for empty text.
fn parse_tenant_id(text: &CStr) -> Option<Option<uuid::Uuid>> {
    let text = text.to_str().ok()?.trim();
    if text.is_empty() {
        return Some(None);
    }
    uuid::Uuid::try_parse(text).ok().map(Some)
}

/// Refuses a tenant that is not a uuid when it is set, so that a typing error is not mistaken for
/// a tenant without rows.
#[pg_guard]
unsafe extern "C-unwind" fn check_tenant_id(
    new_value: *mut *mut c_char,
    _extra: *mut *mut c_void,
    _source: pg_sys::GucSource::Type,
) -> bool {
    // SAFETY: PostgreSQL passes a valid pointer to a string that is NULL or NUL-terminated.
    let accepted = unsafe {
        let text = *new_value;
        text.is_null() || parse_tenant_id(CStr::from_ptr(text)).is_some()
    };
    if !accepted {
        // SAFETY: the two variables are read by guc.c right after this hook; ErrorContext is where
        // it expects them to live.
        unsafe {
            pg_sys::GUC_check_errcode(
                pgrx::PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE as c_int,
            );
            pg_sys::GUC_check_errhint_string = pg_sys::MemoryContextStrdup(
                pg_sys::ErrorContext,
                c"Set a tenant's uuid, such as 3f2b8c1e-0000-4000-8000-000000000001, or nothing."
                    .as_ptr(),
            );
        }
    }
    accepted
}
