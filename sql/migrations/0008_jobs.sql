CREATE TABLE replenish.job_runs (
    tenant_id       uuid        NOT NULL,
    job_run_id      uuid        NOT NULL DEFAULT gen_random_uuid(),
    job_name        text        NOT NULL,
    run_status      text        NOT NULL DEFAULT 'RUNNING',
    settings        jsonb       NOT NULL DEFAULT '{}',
    batch_size      integer     NOT NULL DEFAULT 1000,
    started_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at     timestamptz,
    duration        interval    GENERATED ALWAYS AS (finished_at - started_at) STORED,
    series_total    integer     NOT NULL DEFAULT 0,
    series_done     integer     NOT NULL DEFAULT 0,
    series_failed   integer     NOT NULL DEFAULT 0,
    rows_changed    integer     NOT NULL DEFAULT 0,
    error_sqlstate  text,
    error_message   text,
    error_detail    text,
    library_version text,
    backend_pid     integer     NOT NULL DEFAULT pg_backend_pid(),
    created_by      text        NOT NULL DEFAULT current_user,
    CONSTRAINT job_runs_pkey PRIMARY KEY (tenant_id, job_run_id),
    CONSTRAINT job_runs_name_known CHECK (job_name IN ('FORECASTS', 'ACCURACY', 'REPLENISHMENT')),
    CONSTRAINT job_runs_status_known
        CHECK (run_status IN ('RUNNING', 'COMPLETED', 'PARTIAL', 'FAILED', 'ABANDONED'))
);
CREATE INDEX job_runs_started_idx ON replenish.job_runs (tenant_id, job_name, started_at);
COMMENT ON TABLE replenish.job_runs IS 'Nightly runs, one row per tenant and run, updated with every chunk. Kept for replenish.kept_run_days.';
COMMENT ON COLUMN replenish.job_runs.job_name IS 'FORECASTS, ACCURACY or REPLENISHMENT.';
COMMENT ON COLUMN replenish.job_runs.run_status IS 'RUNNING (or interrupted: the next call goes on with it); COMPLETED (every series done); PARTIAL (some failed, see job_errors); FAILED (ended by an error); ABANDONED (interrupted, and too old to go on with).';
COMMENT ON COLUMN replenish.job_runs.settings IS 'What the run was called with; only calls with the same settings share it.';
COMMENT ON COLUMN replenish.job_runs.batch_size IS 'Series a transaction.';
COMMENT ON COLUMN replenish.job_runs.started_at IS 'Start.';
COMMENT ON COLUMN replenish.job_runs.finished_at IS 'End; NULL while running.';
COMMENT ON COLUMN replenish.job_runs.duration IS 'From start to end, an interruption included; NULL while running.';
COMMENT ON COLUMN replenish.job_runs.series_total IS 'Series that are due.';
COMMENT ON COLUMN replenish.job_runs.series_done IS 'Series done so far, unchanged ones included.';
COMMENT ON COLUMN replenish.job_runs.series_failed IS 'Series that failed, see job_errors.';
COMMENT ON COLUMN replenish.job_runs.rows_changed IS 'Rows written: 0 when nothing had to change.';
COMMENT ON COLUMN replenish.job_runs.error_sqlstate IS 'SQLSTATE of the error that ended a FAILED run.';
COMMENT ON COLUMN replenish.job_runs.error_message IS 'Its message.';
COMMENT ON COLUMN replenish.job_runs.error_detail IS 'Its detail, if it has one.';
COMMENT ON COLUMN replenish.job_runs.library_version IS 'Version of pg_replenish that began the run.';
COMMENT ON COLUMN replenish.job_runs.backend_pid IS 'Process that began it, as in pg_stat_activity.';
SELECT replenish.isolate_tenant('replenish.job_runs');

CREATE TABLE replenish.job_chunks (
    tenant_id    uuid        NOT NULL,
    job_run_id   uuid        NOT NULL,
    chunk_number integer     NOT NULL,
    facility_id  uuid        NOT NULL,
    material_ids uuid[]      NOT NULL,
    chunk_status text        NOT NULL DEFAULT 'PENDING',
    attempts     integer     NOT NULL DEFAULT 0,
    outcomes     text[],
    rows_changed integer     NOT NULL DEFAULT 0,
    backend_pid  integer,
    started_at   timestamptz,
    finished_at  timestamptz,
    CONSTRAINT job_chunks_pkey PRIMARY KEY (tenant_id, job_run_id, chunk_number),
    CONSTRAINT job_chunks_run_fkey FOREIGN KEY (tenant_id, job_run_id)
        REFERENCES replenish.job_runs (tenant_id, job_run_id) ON DELETE CASCADE,
    CONSTRAINT job_chunks_status_known CHECK (chunk_status IN ('PENDING', 'DONE', 'FAILED')),
    CONSTRAINT job_chunks_outcomes_match
        CHECK (outcomes IS NULL OR cardinality(outcomes) = cardinality(material_ids))
);
COMMENT ON TABLE replenish.job_chunks IS
'The work list of each run: series of one facility that are done in one transaction. A session at work holds the row''s lock. job_series shows it a series a row.';
COMMENT ON COLUMN replenish.job_chunks.chunk_number IS 'Number within the run, from 1.';
COMMENT ON COLUMN replenish.job_chunks.material_ids IS 'The series, in ascending order.';
COMMENT ON COLUMN replenish.job_chunks.chunk_status IS 'PENDING, DONE (with what failed among its outcomes) or FAILED.';
COMMENT ON COLUMN replenish.job_chunks.attempts IS 'Times that it ended with an error: a conflict with another session, or data that has since been narrowed down to one series.';
COMMENT ON COLUMN replenish.job_chunks.outcomes IS 'What became of each series, in the order of material_ids.';
COMMENT ON COLUMN replenish.job_chunks.rows_changed IS 'Rows written.';
COMMENT ON COLUMN replenish.job_chunks.backend_pid IS 'Process that did it.';
COMMENT ON COLUMN replenish.job_chunks.started_at IS 'Start of the work.';
COMMENT ON COLUMN replenish.job_chunks.finished_at IS 'End of the work.';
SELECT replenish.isolate_tenant('replenish.job_chunks');

CREATE TABLE replenish.job_errors (
    tenant_id    uuid        NOT NULL,
    job_error_id uuid        NOT NULL DEFAULT gen_random_uuid(),
    job_run_id   uuid        NOT NULL,
    facility_id  uuid,
    material_id  uuid,
    sqlstate     text        NOT NULL,
    message      text        NOT NULL,
    detail       text,
    occurred_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT job_errors_pkey PRIMARY KEY (tenant_id, job_error_id),
    CONSTRAINT job_errors_run_fkey FOREIGN KEY (tenant_id, job_run_id)
        REFERENCES replenish.job_runs (tenant_id, job_run_id) ON DELETE CASCADE
);
CREATE INDEX job_errors_run_idx ON replenish.job_errors (tenant_id, job_run_id);
COMMENT ON TABLE replenish.job_errors IS 'Series that a run could not do, each with its reason.';
COMMENT ON COLUMN replenish.job_errors.facility_id IS 'Facility of the series.';
COMMENT ON COLUMN replenish.job_errors.material_id IS 'Material of the series.';
COMMENT ON COLUMN replenish.job_errors.sqlstate IS 'SQLSTATE of the error.';
COMMENT ON COLUMN replenish.job_errors.message IS 'What was wrong.';
COMMENT ON COLUMN replenish.job_errors.detail IS 'More of it, if there is more.';
COMMENT ON COLUMN replenish.job_errors.occurred_at IS 'When.';
SELECT replenish.isolate_tenant('replenish.job_errors');
