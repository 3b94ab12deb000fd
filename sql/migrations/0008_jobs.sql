CREATE TABLE replenish.job_runs (
    tenant_id     uuid        NOT NULL,
    job_run_id    uuid        NOT NULL DEFAULT gen_random_uuid(),
    job_name      text        NOT NULL,
    run_status    text        NOT NULL DEFAULT 'RUNNING',
    started_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at   timestamptz,
    series_total  integer     NOT NULL DEFAULT 0,
    series_done   integer     NOT NULL DEFAULT 0,
    series_failed integer     NOT NULL DEFAULT 0,
    rows_changed  integer     NOT NULL DEFAULT 0,
    backend_pid   integer     NOT NULL DEFAULT pg_backend_pid(),
    created_by    text        NOT NULL DEFAULT current_user,
    CONSTRAINT job_runs_pkey PRIMARY KEY (tenant_id, job_run_id),
    CONSTRAINT job_runs_name_known CHECK (job_name IN ('FORECASTS', 'ACCURACY', 'REPLENISHMENT')),
    CONSTRAINT job_runs_status_known
        CHECK (run_status IN ('RUNNING', 'COMPLETED', 'INCOMPLETE', 'ABANDONED'))
);
CREATE INDEX job_runs_started_idx ON replenish.job_runs (tenant_id, job_name, started_at);
COMMENT ON TABLE replenish.job_runs IS 'Nightly runs, one row per tenant and run, updated with every chunk.';
COMMENT ON COLUMN replenish.job_runs.job_name IS 'FORECASTS, ACCURACY or REPLENISHMENT.';
COMMENT ON COLUMN replenish.job_runs.run_status IS 'RUNNING; COMPLETED (every series done); INCOMPLETE (some failed); ABANDONED (its backend is gone).';
COMMENT ON COLUMN replenish.job_runs.started_at IS 'Start.';
COMMENT ON COLUMN replenish.job_runs.finished_at IS 'End; NULL while running.';
COMMENT ON COLUMN replenish.job_runs.series_total IS 'Series that are due.';
COMMENT ON COLUMN replenish.job_runs.series_done IS 'Series done so far, unchanged ones included.';
COMMENT ON COLUMN replenish.job_runs.series_failed IS 'Series that failed, see job_errors.';
COMMENT ON COLUMN replenish.job_runs.rows_changed IS 'Rows written: 0 when nothing had to change.';
COMMENT ON COLUMN replenish.job_runs.backend_pid IS 'Process that runs it, as in pg_stat_activity.';
SELECT replenish.isolate_tenant('replenish.job_runs');

CREATE TABLE replenish.job_errors (
    tenant_id    uuid        NOT NULL,
    job_error_id uuid        NOT NULL DEFAULT gen_random_uuid(),
    job_run_id   uuid        NOT NULL,
    facility_id  uuid,
    material_id  uuid,
    sqlstate     text        NOT NULL,
    message      text        NOT NULL,
    occurred_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT job_errors_pkey PRIMARY KEY (tenant_id, job_error_id),
    CONSTRAINT job_errors_run_fkey FOREIGN KEY (tenant_id, job_run_id)
        REFERENCES replenish.job_runs (tenant_id, job_run_id) ON DELETE CASCADE
);
CREATE INDEX job_errors_run_idx ON replenish.job_errors (tenant_id, job_run_id);
COMMENT ON TABLE replenish.job_errors IS 'Series that a run could not do, each with its reason.';
COMMENT ON COLUMN replenish.job_errors.facility_id IS 'Facility of the series.';
COMMENT ON COLUMN replenish.job_errors.material_id IS 'Material of the series; NULL where a whole chunk failed.';
COMMENT ON COLUMN replenish.job_errors.sqlstate IS 'SQLSTATE of the error.';
COMMENT ON COLUMN replenish.job_errors.message IS 'What was wrong.';
COMMENT ON COLUMN replenish.job_errors.occurred_at IS 'When.';
SELECT replenish.isolate_tenant('replenish.job_errors');
