-- Alerts concern a tenant, or the server that all of them share. The server's own alerts are rows
-- of this tenant, which nobody else is.
CREATE FUNCTION replenish.server_tenant_id() RETURNS uuid
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$ SELECT '00000000-0000-0000-0000-000000000000'::uuid $$;

CREATE FUNCTION replenish.default_alert_rules()
RETURNS TABLE (
    alert_name text,
    severity text,
    threshold numeric,
    threshold_unit text,
    window_days integer,
    target numeric,
    concerns_server boolean
)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 9
SET search_path = pg_catalog, pg_temp
AS $$
    VALUES
        ('JOB_FAILED', 'CRITICAL', NULL::numeric, NULL, NULL::integer, NULL::numeric, false),
        ('JOB_PARTIAL', 'WARNING', 0, 'failed series', NULL, 0, false),
        ('JOB_OVERLONG', 'WARNING', 1, 'hours', NULL, NULL, false),
        ('FORECASTS_MISSING', 'CRITICAL', 2, 'days', NULL, 1, false),
        ('MATERIAL_MAPE', 'WARNING', 50, 'percent', 7, 25, false),
        ('FORECAST_BIAS', 'WARNING', 10, 'percent', NULL, 5, false),
        ('CRITICAL_WITHOUT_RECOMMENDATION', 'CRITICAL', NULL, NULL, NULL, NULL, false),
        ('TABLE_SIZE', 'WARNING', 100, 'GB', NULL, NULL, true),
        ('INDEX_HIT_RATIO', 'WARNING', 95, 'percent', NULL, 99, true)
$$;

CREATE FUNCTION replenish.ensure_alert_rules(tenant_id uuid) RETURNS integer
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    added integer;
BEGIN
    PERFORM replenish.assert_tenant(ensure_alert_rules.tenant_id);
    INSERT INTO replenish.alert_rules (
        tenant_id, alert_name, severity, threshold, threshold_unit, window_days, target
    )
    SELECT ensure_alert_rules.tenant_id, d.alert_name, d.severity, d.threshold, d.threshold_unit,
        d.window_days, d.target
    FROM replenish.default_alert_rules() AS d
    WHERE d.concerns_server = (ensure_alert_rules.tenant_id = replenish.server_tenant_id())
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS added = ROW_COUNT;
    RETURN added;
END
$$;

-- Looks at every cause, opens what is new, touches what is open, closes what is gone.
CREATE FUNCTION replenish.evaluate_alerts(tenant_id uuid)
RETURNS TABLE (alerts_opened integer, alerts_closed integer, alerts_open integer)
LANGUAGE plpgsql VOLATILE ROWS 1
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    moment timestamptz;
BEGIN
    PERFORM replenish.assert_tenant(evaluate_alerts.tenant_id);
    -- One at a time: two evaluations would open the same alert.
    PERFORM pg_advisory_xact_lock(
        hashtextextended(format('replenish alerts %s', evaluate_alerts.tenant_id), 0)
    );
    PERFORM replenish.ensure_alert_rules(evaluate_alerts.tenant_id);
    moment := clock_timestamp();
    DELETE FROM replenish.alerts AS a
    WHERE a.tenant_id = evaluate_alerts.tenant_id
        AND a.closed_at < moment - make_interval(days => current_setting('replenish.kept_run_days')::integer);
    RETURN QUERY
    WITH found AS MATERIALIZED (
        SELECT c.*, r.severity
        FROM replenish.alert_causes(evaluate_alerts.tenant_id, moment) AS c
        JOIN replenish.alert_rules AS r
            ON r.tenant_id = evaluate_alerts.tenant_id
            AND r.alert_name = c.alert_name
            AND r.is_enabled
    ),
    known AS MATERIALIZED (
        SELECT a.alert_id, a.alert_name, a.subject
        FROM replenish.alerts AS a
        WHERE a.tenant_id = evaluate_alerts.tenant_id AND a.closed_at IS NULL
    ),
    -- A full join is hashed whatever the planner expects: there may be none, or thousands.
    compared AS MATERIALIZED (
        SELECT k.alert_id, coalesce(f.alert_name, k.alert_name) AS alert_name, f.subject, f.severity,
            f.facility_id, f.material_id, f.message, f.details
        FROM found AS f
        FULL JOIN known AS k ON k.alert_name = f.alert_name AND k.subject = f.subject
    ),
    seen AS (
        UPDATE replenish.alerts AS a
        SET last_seen_at = moment, severity = c.severity, facility_id = c.facility_id,
            material_id = c.material_id, message = c.message, details = c.details
        FROM compared AS c
        WHERE a.tenant_id = evaluate_alerts.tenant_id
            AND a.alert_id = c.alert_id
            AND c.subject IS NOT NULL
        RETURNING a.alert_name
    ),
    opened AS (
        INSERT INTO replenish.alerts (
            tenant_id, alert_name, subject, severity, facility_id, material_id, message, details,
            opened_at, last_seen_at
        )
        SELECT evaluate_alerts.tenant_id, c.alert_name, c.subject, c.severity, c.facility_id,
            c.material_id, c.message, c.details, moment, moment
        FROM compared AS c
        WHERE c.alert_id IS NULL
        RETURNING alert_name
    ),
    closed AS (
        UPDATE replenish.alerts AS a
        SET closed_at = moment
        FROM compared AS c
        WHERE a.tenant_id = evaluate_alerts.tenant_id
            AND a.alert_id = c.alert_id
            AND c.subject IS NULL
        RETURNING a.alert_name
    ),
    told AS MATERIALIZED (
        SELECT replenish.notify_alert(evaluate_alerts.tenant_id, c.alert_name, c.event)
        FROM (
            SELECT o.alert_name, 'opened' AS event FROM opened AS o
            UNION
            SELECT d.alert_name, 'closed' FROM closed AS d
        ) AS c
    )
    SELECT
        (SELECT count(*) FROM opened)::integer,
        (SELECT count(*) FROM closed)::integer,
        (SELECT count(*) FROM opened)::integer + (SELECT count(*) FROM seen)::integer
    FROM (SELECT count(*) FROM told) AS t;
END
$$;

-- LISTEN is open to every user of the database, so the message says which alert of which tenant,
-- and no more. One message for each name, however many alerts of it there are.
CREATE FUNCTION replenish.notify_alert(tenant_id uuid, alert_name text, event text) RETURNS void
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT pg_notify('replenish_alerts', json_build_object(
        'event', notify_alert.event,
        'tenant_id', notify_alert.tenant_id,
        'alert_name', notify_alert.alert_name
    )::text)
$$;

-- Alerts and figures of one tenant, at the end of a job and by run_alerts(). What goes wrong here is
-- said and stops neither the night nor the other tenants; a session that has to end, ends, and a standby refuses.
CREATE FUNCTION replenish.watch_tenant(tenant_id uuid) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM replenish.evaluate_alerts(watch_tenant.tenant_id);
    PERFORM replenish.refresh_job_metrics(watch_tenant.tenant_id);
EXCEPTION
    WHEN OTHERS THEN
        IF SQLSTATE ~ '^(25006|57|XX)' THEN
            RAISE;
        END IF;
        RAISE WARNING 'alerts of tenant % could not be evaluated: %', watch_tenant.tenant_id, SQLERRM
            USING ERRCODE = SQLSTATE,
                HINT = 'As that tenant, SELECT * FROM replenish.evaluate_alerts(tenant_id) shows the error.';
END
$$;

-- For a schedule of its own: raises what no job's end would, such as jobs that never started.
CREATE PROCEDURE replenish.run_alerts()
LANGUAGE plpgsql
AS $$
DECLARE
    visited uuid;
BEGIN
    FOREACH visited IN ARRAY pg_catalog.array_append(replenish.tenants_to_visit(NULL), replenish.server_tenant_id()) LOOP
        PERFORM replenish.enter_tenant(visited);
        PERFORM replenish.watch_tenant(visited);
        COMMIT;
    END LOOP;
END
$$;

COMMENT ON FUNCTION replenish.server_tenant_id() IS
'The tenant under which alerts that concern the whole server are kept: the nil uuid.';
COMMENT ON FUNCTION replenish.default_alert_rules() IS
'Alerts with their default thresholds. alert_rules holds each tenant''s own, to be edited.';
COMMENT ON FUNCTION replenish.ensure_alert_rules(uuid) IS
'Adds the rules that the tenant does not have yet, with their defaults; returns how many.';
COMMENT ON FUNCTION replenish.evaluate_alerts(uuid) IS
'Looks at every cause of an alert: opens new alerts, touches those that are open, closes those whose cause is gone, and tells of both by NOTIFY replenish_alerts. At most one open alert per name and subject. Closed ones stay for replenish.kept_run_days.';
COMMENT ON FUNCTION replenish.notify_alert(uuid, text, text) IS
'NOTIFY replenish_alerts with json {event: opened or closed, tenant_id, alert_name}. Every database user may LISTEN, so nothing else is in it.';
COMMENT ON FUNCTION replenish.watch_tenant(uuid) IS
'evaluate_alerts and refresh_job_metrics; an error of theirs becomes a warning.';
COMMENT ON PROCEDURE replenish.run_alerts() IS
'Alerts and figures of every active tenant, one after the other as that tenant, then of the server. For a schedule such as every 15 minutes: it finds runs that hang and runs that never started.';
