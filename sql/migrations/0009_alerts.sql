CREATE TABLE replenish.alert_rules (
    tenant_id      uuid        NOT NULL,
    alert_name     text        NOT NULL,
    severity       text        NOT NULL,
    threshold      numeric,
    threshold_unit text,
    window_days    integer,
    target         numeric,
    is_enabled     boolean     NOT NULL DEFAULT true,
    created_at     timestamptz NOT NULL DEFAULT now(),
    created_by     text        NOT NULL DEFAULT current_user,
    updated_at     timestamptz,
    updated_by     text,
    CONSTRAINT alert_rules_pkey PRIMARY KEY (tenant_id, alert_name),
    CONSTRAINT alert_rules_name_known CHECK (alert_name IN (
        'JOB_FAILED', 'JOB_PARTIAL', 'JOB_OVERLONG', 'FORECASTS_MISSING', 'MATERIAL_MAPE',
        'FORECAST_BIAS', 'CRITICAL_WITHOUT_RECOMMENDATION', 'TABLE_SIZE', 'INDEX_HIT_RATIO'
    )),
    CONSTRAINT alert_rules_severity_known CHECK (severity IN ('CRITICAL', 'WARNING')),
    CONSTRAINT alert_rules_threshold_range CHECK (threshold >= 0 AND threshold < 1e12),
    CONSTRAINT alert_rules_threshold_given CHECK (
        threshold IS NOT NULL OR alert_name IN ('JOB_FAILED', 'CRITICAL_WITHOUT_RECOMMENDATION')
    ),
    CONSTRAINT alert_rules_window_days_range CHECK (window_days BETWEEN 1 AND 366),
    CONSTRAINT alert_rules_window_days_given
        CHECK (window_days IS NOT NULL OR alert_name <> 'MATERIAL_MAPE')
);
COMMENT ON TABLE replenish.alert_rules IS
'Thresholds of the alerts, one row per tenant and alert, to be edited. Rows that are missing come in with their defaults at the next evaluation; is_enabled = false switches an alert off.';
COMMENT ON COLUMN replenish.alert_rules.alert_name IS 'Which alert, as in default_alert_rules().';
COMMENT ON COLUMN replenish.alert_rules.severity IS 'CRITICAL (somebody should look now) or WARNING (somebody should look today).';
COMMENT ON COLUMN replenish.alert_rules.threshold IS 'Value beyond which the alert is raised, in threshold_unit; NULL where there is nothing to set.';
COMMENT ON COLUMN replenish.alert_rules.threshold_unit IS 'Unit of threshold and target.';
COMMENT ON COLUMN replenish.alert_rules.window_days IS 'MATERIAL_MAPE: measurements in a row that have to lie beyond the threshold, 1 to 366.';
COMMENT ON COLUMN replenish.alert_rules.target IS 'Value that is aimed at; raises nothing, dashboards draw it.';
COMMENT ON COLUMN replenish.alert_rules.is_enabled IS 'Whether the alert is raised at all.';
SELECT replenish.isolate_tenant('replenish.alert_rules');

CREATE TABLE replenish.alerts (
    tenant_id    uuid        NOT NULL,
    alert_id     uuid        NOT NULL DEFAULT gen_random_uuid(),
    alert_name   text        NOT NULL,
    subject      text        NOT NULL,
    severity     text        NOT NULL,
    facility_id  uuid,
    material_id  uuid,
    message      text        NOT NULL,
    details      jsonb       NOT NULL DEFAULT '{}',
    opened_at    timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    closed_at    timestamptz,
    CONSTRAINT alerts_pkey PRIMARY KEY (tenant_id, alert_id),
    CONSTRAINT alerts_severity_known CHECK (severity IN ('CRITICAL', 'WARNING')),
    CONSTRAINT alerts_moments_in_order
        CHECK (last_seen_at >= opened_at AND closed_at >= last_seen_at)
);
-- Every evaluation updates last_seen_at of what is open: room for it in the same page.
ALTER TABLE replenish.alerts SET (fillfactor = 50);
CREATE UNIQUE INDEX alerts_one_open
    ON replenish.alerts (tenant_id, alert_name, subject)
    WHERE closed_at IS NULL;
COMMENT ON TABLE replenish.alerts IS
'What needs somebody''s attention, one row from the first evaluation that finds it to the first that does not. Open ones have closed_at NULL. NOTIFY replenish_alerts tells of both.';
COMMENT ON COLUMN replenish.alerts.alert_id IS 'Identity of the alert.';
COMMENT ON COLUMN replenish.alerts.alert_name IS 'Which alert, as in alert_rules.';
COMMENT ON COLUMN replenish.alerts.subject IS 'What it is about: a job, facility/material, a table. One open alert per name and subject.';
COMMENT ON COLUMN replenish.alerts.severity IS 'CRITICAL or WARNING, by the rule at the last evaluation.';
COMMENT ON COLUMN replenish.alerts.facility_id IS 'Facility it is about, where it is about one.';
COMMENT ON COLUMN replenish.alerts.material_id IS 'Material it is about, where it is about one.';
COMMENT ON COLUMN replenish.alerts.message IS 'What is wrong, in a sentence, as of the last evaluation that found it.';
COMMENT ON COLUMN replenish.alerts.details IS 'The same as data: figures, thresholds, failing series.';
COMMENT ON COLUMN replenish.alerts.opened_at IS 'First evaluation that found it.';
COMMENT ON COLUMN replenish.alerts.last_seen_at IS 'Last evaluation that found it.';
COMMENT ON COLUMN replenish.alerts.closed_at IS 'First evaluation that did not find it any more; NULL while open.';
SELECT replenish.isolate_tenant('replenish.alerts');

CREATE TABLE replenish.job_metrics (
    tenant_id    uuid        NOT NULL,
    metric_name  text        NOT NULL,
    labels       jsonb       NOT NULL DEFAULT '{}',
    metric_value float8      NOT NULL,
    measured_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT job_metrics_pkey PRIMARY KEY (tenant_id, metric_name, labels)
);
ALTER TABLE replenish.job_metrics SET (fillfactor = 50);
COMMENT ON TABLE replenish.job_metrics IS
'Operational figures of each tenant: durations, counts, ages, averages; no names, no quantities. Written as the tenant after each job and by run_alerts(); pg_monitor reads all rows.';
COMMENT ON COLUMN replenish.job_metrics.metric_name IS 'Name of the figure, as exporters publish it.';
COMMENT ON COLUMN replenish.job_metrics.labels IS 'Labels of the figure beside tenant_id, such as job_name and quantile.';
COMMENT ON COLUMN replenish.job_metrics.metric_value IS 'The figure; its unit is the end of its name.';
COMMENT ON COLUMN replenish.job_metrics.measured_at IS 'When this value came in; one that stays the same keeps its moment.';
SELECT replenish.isolate_tenant('replenish.job_metrics');
-- The monitoring role belongs to no tenant and reads these figures, and no other table, of all.
CREATE POLICY monitor_reads ON replenish.job_metrics FOR SELECT TO pg_monitor USING (true);
GRANT SELECT ON replenish.job_metrics TO pg_monitor;
