-- The nights by pg_cron, or by any other scheduler.
CREATE FUNCTION replenish.schedule_jobs(
    forecasts text = NULL,
    accuracy text = NULL,
    replenishment text = NULL,
    alerts text = NULL,
    run_as name = NULL
) RETURNS TABLE (job_name text, schedule text, command text, runs_as name)
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    is_superuser boolean;
    present jsonb;
    job_id bigint;
BEGIN
    PERFORM replenish.assert_pg_cron();
    SELECT r.rolsuper INTO is_superuser FROM pg_roles AS r WHERE r.rolname = current_user;
    runs_as := coalesce(run_as, CASE WHEN is_superuser THEN 'replenish_night' ELSE current_user END);
    PERFORM replenish.assert_night_role(runs_as);
    -- Of that role only: anybody who may use pg_cron can have jobs of these names.
    EXECUTE
        'SELECT jsonb_object_agg(j.jobname, to_jsonb(j)) FROM cron.job AS j '
        'WHERE j.jobname IN (SELECT n.job_name FROM replenish.nightly_jobs() AS n) '
        'AND j.database = current_database() AND j.username = $1'
    INTO present USING runs_as::text;
    PERFORM replenish.unschedule_jobs();
    FOR job_name, schedule, command IN
        SELECT
            j.job_name,
            coalesce(
                CASE j.job_name
                    WHEN 'replenish_forecasts' THEN forecasts
                    WHEN 'replenish_accuracy' THEN accuracy
                    WHEN 'replenish_replenishment' THEN replenishment
                    WHEN 'replenish_alerts' THEN alerts
                END,
                present #>> ARRAY[j.job_name, 'schedule'],
                j.schedule
            ),
            j.command
        FROM replenish.nightly_jobs() AS j
    LOOP
        IF runs_as = current_user THEN
            EXECUTE 'SELECT cron.schedule($1, $2, $3)' INTO job_id USING job_name, schedule, command;
        ELSE
            EXECUTE 'SELECT cron.schedule_in_database($1, $2, $3, $4, $5)'
                INTO job_id
                USING job_name, schedule, command, current_database()::text, runs_as::text;
        END IF;
        IF present #>> ARRAY[job_name, 'active'] = 'false' THEN
            EXECUTE 'SELECT cron.alter_job($1, active := false)' USING job_id;
        END IF;
        RETURN NEXT;
    END LOOP;
END
$$;

CREATE FUNCTION replenish.unschedule_jobs() RETURNS SETOF text
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    scheduled record;
BEGIN
    PERFORM replenish.assert_pg_cron();
    -- pg_cron does not look, and ends with an internal error on a standby.
    IF current_setting('transaction_read_only')::boolean THEN
        RAISE EXCEPTION 'cannot change the nightly jobs in a read-only transaction'
            USING ERRCODE = 'read_only_sql_transaction',
                HINT = 'On a standby: connect to the primary, whose jobs come over by replication.';
    END IF;
    -- cron.job shows everybody their own jobs, and a superuser all of them.
    FOR scheduled IN EXECUTE
        'SELECT j.jobid, j.jobname FROM cron.job AS j '
        'WHERE j.jobname IN (SELECT n.job_name FROM replenish.nightly_jobs() AS n) '
        'AND j.database = current_database() ORDER BY j.jobname, j.jobid'
    LOOP
        EXECUTE 'SELECT cron.unschedule($1)' USING scheduled.jobid;
        RETURN NEXT scheduled.jobname;
    END LOOP;
END
$$;

CREATE FUNCTION replenish.nightly_jobs()
RETURNS TABLE (job_name text, schedule text, command text, crontab text, kubernetes text)
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT
        j.job_name,
        j.schedule,
        j.command,
        format('%s psql -d %s -c "%s"', j.schedule, current_database(), j.command),
        format(
            $yaml$apiVersion: batch/v1
kind: CronJob
metadata:
  name: %s
spec:
  schedule: "%s"
  concurrencyPolicy: Forbid
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: OnFailure
          containers:
            - name: psql
              image: postgres:15
              command: ["psql", "-v", "ON_ERROR_STOP=1", "-c", "%s"]
              envFrom:
                - secretRef:
                    name: replenish-night
$yaml$,
            replace(j.job_name, '_', '-'), j.schedule, j.command
        )
    FROM (VALUES
        ('replenish_forecasts', '0 2 * * *', 'CALL replenish.run_daily_forecasts()'),
        ('replenish_accuracy', '0 3 * * *', 'CALL replenish.run_forecast_accuracy()'),
        ('replenish_replenishment', '0 4 * * *', 'CALL replenish.run_replenishment()'),
        ('replenish_alerts', '*/15 * * * *', 'CALL replenish.run_alerts()')
    ) AS j (job_name, schedule, command)
$$;

CREATE FUNCTION replenish.assert_pg_cron() RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_extension AS e WHERE e.extname = 'pg_cron') THEN
        RAISE EXCEPTION 'pg_cron is not installed in database %', current_database()
            USING ERRCODE = 'object_not_in_prerequisite_state',
                DETAIL = (
                    SELECT 'Without pg_cron these lines of a crontab do the same: '
                        || string_agg(j.crontab, '; ' ORDER BY j.schedule)
                    FROM replenish.nightly_jobs() AS j
                ),
                HINT = format(
                    'Set shared_preload_libraries = ''pg_cron'' and cron.database_name = ''%s'', '
                    'restart, CREATE EXTENSION pg_cron. For another scheduler SELECT crontab, '
                    'kubernetes FROM replenish.nightly_jobs().',
                    current_database());
    END IF;
END
$$;

CREATE FUNCTION replenish.assert_night_role(run_as name) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    chosen record;
BEGIN
    SELECT r.rolsuper, r.rolbypassrls, r.rolcanlogin,
        to_regrole('replenish_batch') IS NOT NULL
            AND pg_has_role(r.rolname, 'replenish_batch', 'USAGE') AS may_run
    INTO chosen
    FROM pg_roles AS r
    WHERE r.rolname = assert_night_role.run_as;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'role % does not exist', run_as
            USING ERRCODE = 'undefined_object', HINT = 'SELECT replenish.create_roles() creates replenish_night.';
    ELSIF chosen.rolsuper OR chosen.rolbypassrls THEN
        RAISE EXCEPTION 'role % may not run the nights: it bypasses row-level security', run_as
            USING ERRCODE = 'insufficient_privilege',
                HINT = 'Pass run_as => ''replenish_night'', or another login role in replenish_batch.';
    ELSIF NOT chosen.rolcanlogin OR NOT chosen.may_run THEN
        RAISE EXCEPTION 'role % may not run the nights', run_as
            USING ERRCODE = 'insufficient_privilege',
                HINT = format('ALTER ROLE %I LOGIN; GRANT replenish_batch TO %I.', run_as, run_as);
    END IF;
END
$$;
