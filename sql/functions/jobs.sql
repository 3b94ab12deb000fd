-- The nightly procedures. Each visits the tenants one after another, as that tenant, and commits
-- after every chunk: what is done stays done.
CREATE PROCEDURE replenish.run_daily_forecasts(
    tenant_id uuid = NULL,
    forecast_algorithm text = NULL,
    forecast_horizon_days integer = NULL,
    batch_size integer = 1000,
    resume boolean = true,
    dry_run boolean = false
)
LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM replenish.assert_forecast_arguments(forecast_horizon_days, forecast_algorithm, NULL);
    CALL replenish.run_job('FORECASTS', tenant_id, batch_size, pg_catalog.jsonb_build_object(
        'algorithm', forecast_algorithm, 'horizon_days', forecast_horizon_days, 'refit', NOT resume
    ), resume, dry_run);
END
$$;

CREATE PROCEDURE replenish.run_forecast_accuracy(
    tenant_id uuid = NULL,
    period_end date = NULL,
    batch_size integer = 1000,
    dry_run boolean = false
)
LANGUAGE plpgsql
AS $$
BEGIN
    IF period_end IS NOT NULL THEN
        PERFORM replenish.assert_period(period_end, period_end);
    END IF;
    CALL replenish.run_job('ACCURACY', tenant_id, batch_size, pg_catalog.jsonb_build_object(
        'period_end', period_end
    ), true, dry_run);
END
$$;

CREATE PROCEDURE replenish.run_replenishment(
    tenant_id uuid = NULL,
    as_of date = NULL,
    batch_size integer = 1000,
    dry_run boolean = false
)
LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM replenish.assert_forecast_arguments(NULL, NULL, as_of);
    CALL replenish.run_job('REPLENISHMENT', tenant_id, batch_size, pg_catalog.jsonb_build_object(
        'as_of', as_of
    ), true, dry_run);
END
$$;

-- A run of one tenant that fails leaves the others their turn; the call ends with its error.
CREATE PROCEDURE replenish.run_job(
    job_name text,
    tenant_id uuid,
    batch_size integer,
    settings jsonb,
    resume boolean,
    dry_run boolean
)
LANGUAGE plpgsql
AS $$
DECLARE
    visited uuid;
    run uuid;
    chunk integer;
    state text;
    message text;
    detail text;
    hint text;
    done boolean;
    failed boolean;
    failure jsonb;
BEGIN
    PERFORM replenish.assert_batch_size(batch_size);
    FOREACH visited IN ARRAY replenish.tenants_to_visit(tenant_id) LOOP
        failed := false;
        PERFORM replenish.enter_tenant(visited);
        IF dry_run THEN
            PERFORM replenish.announce_run(job_name, visited, batch_size);
            CONTINUE;
        END IF;
        run := replenish.open_run(job_name, visited, batch_size, settings, resume);
        COMMIT;
        LOOP
            PERFORM replenish.enter_tenant(visited);
            chunk := NULL;
            BEGIN
                -- A block of its own: the claim outlives a failure of the work.
                chunk := replenish.claim_chunk(visited, run);
                done := chunk IS NULL AND NOT replenish.close_run(visited, run);
                BEGIN
                    PERFORM replenish.run_chunk(visited, run, chunk);
                EXCEPTION WHEN OTHERS THEN
                    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
                        detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
                    failed := NOT replenish.survive_failure(visited, run, chunk, state, message, detail);
                END;
            EXCEPTION WHEN OTHERS THEN
                GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
                    detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
                failed := NOT replenish.survive_failure(visited, run, NULL, state, message, detail);
            END;
            COMMIT;
            EXIT WHEN failed OR done;
        END LOOP;
        PERFORM replenish.enter_tenant(visited);
        PERFORM replenish.watch_tenant(visited);
        COMMIT;
        CONTINUE WHEN NOT failed;
        failure := pg_catalog.jsonb_build_object(
            'state', state, 'message', message,
            'hint', CASE WHEN hint OPERATOR(pg_catalog.<>) '' THEN hint
                ELSE 'Mend the cause and call again: what is done stays done.' END,
            'detail', pg_catalog.concat_ws(' ', pg_catalog.format('Tenant %s.', visited), detail)
        );
        -- What is wrong with the server is no better with the next tenant.
        EXIT WHEN pg_catalog.left(state, 2) OPERATOR(pg_catalog.=) ANY (ARRAY['25', '53', '57', '58', 'XX']);
    END LOOP;
    IF failure IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = failure OPERATOR(pg_catalog.->>) 'state',
            MESSAGE = failure OPERATOR(pg_catalog.->>) 'message',
            DETAIL = failure OPERATOR(pg_catalog.->>) 'detail',
            HINT = failure OPERATOR(pg_catalog.->>) 'hint';
    END IF;
END
$$;

-- A COMMIT ends both settings, so every transaction of a run begins here. A procedure that commits
-- cannot have a SET clause of its own.
CREATE FUNCTION replenish.enter_tenant(tenant_id uuid) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
    PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    -- A tenant's own role may run its own night without the right to choose a tenant.
    IF replenish.current_tenant_id() IS DISTINCT FROM enter_tenant.tenant_id THEN
        PERFORM pg_catalog.set_config('app.current_tenant_id', enter_tenant.tenant_id::text, true);
    END IF;
END
$$;

CREATE FUNCTION replenish.assert_batch_size(batch_size integer) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF batch_size IS NULL OR batch_size NOT BETWEEN 1 AND 10000 THEN
        RAISE EXCEPTION 'batch_size must be between 1 and 10000, not %', coalesce(batch_size::text, 'NULL')
            USING ERRCODE = 'invalid_parameter_value', HINT = '1000 series a transaction suits most.';
    END IF;
END
$$;

CREATE FUNCTION replenish.tenants_to_visit(tenant_id uuid) RETURNS uuid[]
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE
        WHEN tenants_to_visit.tenant_id IS NOT NULL THEN ARRAY[tenants_to_visit.tenant_id]
        ELSE ARRAY(
            SELECT t.tenant_id FROM replenish.tenants AS t WHERE t.active ORDER BY t.tenant_id
        )
    END
$$;
