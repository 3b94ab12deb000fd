CREATE FUNCTION replenish.generate_forecasts(
    tenant_id uuid,
    facility_id uuid,
    material_ids uuid[] = NULL,
    forecast_horizon_days integer = 90,
    forecast_algorithm text = 'AUTO',
    dry_run boolean = false,
    as_of date = NULL
) RETURNS SETOF replenish.material_forecast
LANGUAGE plpgsql VOLATILE ROWS 9000
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    due uuid[];
    dry_rows replenish.material_forecast[];
BEGIN
    PERFORM replenish.assert_tenant(generate_forecasts.tenant_id);
    due := replenish.forecastable(
        generate_forecasts.tenant_id, generate_forecasts.facility_id, generate_forecasts.material_ids
    );
    IF NOT coalesce(generate_forecasts.dry_run, false) THEN
        PERFORM replenish.refresh_forecasts(
            generate_forecasts.tenant_id, generate_forecasts.facility_id, due,
            generate_forecasts.forecast_horizon_days, generate_forecasts.forecast_algorithm,
            generate_forecasts.as_of
        );
        RETURN QUERY
        SELECT r.*
        FROM replenish.active_forecasts(
            generate_forecasts.tenant_id, generate_forecasts.facility_id, due
        ) AS r;
        RETURN;
    END IF;
    -- A dry run is the real run, undone: what it shows is what a real one would store.
    BEGIN
        PERFORM replenish.refresh_forecasts(
            generate_forecasts.tenant_id, generate_forecasts.facility_id, due,
            generate_forecasts.forecast_horizon_days, generate_forecasts.forecast_algorithm,
            generate_forecasts.as_of
        );
        SELECT array_agg(r) INTO dry_rows
        FROM replenish.active_forecasts(
            generate_forecasts.tenant_id, generate_forecasts.facility_id, due
        ) AS r;
        RAISE EXCEPTION USING ERRCODE = 'RP001', MESSAGE = 'dry run';
    EXCEPTION
        WHEN SQLSTATE 'RP001' THEN
            RETURN QUERY SELECT r.* FROM unnest(dry_rows) AS r;
    END;
END
$$;

-- One lookup a material, whatever the planner knows of the tables.
CREATE FUNCTION replenish.active_forecasts(tenant_id uuid, facility_id uuid, material_ids uuid[])
RETURNS SETOF replenish.material_forecast
LANGUAGE sql STABLE PARALLEL SAFE ROWS 9000
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT d.*
    FROM (SELECT w.id FROM unnest(active_forecasts.material_ids) AS w (id) ORDER BY w.id) AS k
    CROSS JOIN LATERAL (
        SELECT f.*
        FROM replenish.material_forecasts AS f
        WHERE f.tenant_id = active_forecasts.tenant_id
            AND f.facility_id = active_forecasts.facility_id
            AND f.material_id = k.id
            AND f.forecast_status = 'ACTIVE'
        ORDER BY f.forecast_date
        OFFSET 0
    ) AS d
$$;

-- The materials asked for, or all that have demand at the facility and are to be forecast.
CREATE FUNCTION replenish.forecastable(tenant_id uuid, facility_id uuid, material_ids uuid[] = NULL)
RETURNS uuid[]
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    stranger uuid;
BEGIN
    IF facility_id IS NULL THEN
        RAISE EXCEPTION 'facility_id must not be NULL'
            USING ERRCODE = 'null_value_not_allowed', HINT = 'Pass the facility to work for.';
    END IF;
    IF material_ids IS NULL THEN
        RETURN ARRAY(
            SELECT m.material_id
            FROM replenish.materials AS m
            CROSS JOIN LATERAL (
                SELECT h.demand_date
                FROM replenish.demand_history AS h
                WHERE h.tenant_id = forecastable.tenant_id
                    AND h.facility_id = forecastable.facility_id
                    AND h.material_id = m.material_id
                LIMIT 1
            ) AS demanded
            WHERE m.tenant_id = forecastable.tenant_id
                AND m.forecasting_enabled
            ORDER BY m.material_id
        );
    END IF;
    SELECT w.id INTO stranger
    FROM unnest(forecastable.material_ids) AS w (id)
    LEFT JOIN LATERAL (
        SELECT true AS is_known
        FROM replenish.materials AS e
        WHERE e.tenant_id = forecastable.tenant_id AND e.material_id = w.id
        OFFSET 0
    ) AS m ON true
    WHERE m.is_known IS NULL
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'material % is unknown', coalesce(stranger::text, 'NULL')
            USING ERRCODE = 'invalid_parameter_value',
                HINT = 'Pass ids of replenish.materials that belong to the current tenant.';
    END IF;
    RETURN ARRAY(
        SELECT DISTINCT w.id FROM unnest(forecastable.material_ids) AS w (id) ORDER BY w.id
    );
END
$$;

-- Forecasts all the materials in chunks within this transaction.
CREATE FUNCTION replenish.refresh_forecasts(
    tenant_id uuid,
    facility_id uuid,
    material_ids uuid[],
    forecast_horizon_days integer,
    forecast_algorithm text,
    as_of date
) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    chunk_size CONSTANT integer := 1000;
    until date;
    first integer := 1;
    failure record;
    failures integer := 0;
    failure_text text;
BEGIN
    PERFORM replenish.assert_forecast_arguments(forecast_horizon_days, forecast_algorithm, as_of);
    until := replenish.observed_until(
        refresh_forecasts.tenant_id, refresh_forecasts.facility_id, refresh_forecasts.as_of
    );
    IF until IS NULL THEN
        RAISE WARNING 'facility % has no recorded demand: nothing to forecast',
            refresh_forecasts.facility_id
            USING HINT = 'Record demand in replenish.demand_history first.';
        RETURN;
    END IF;
    -- All of them before the first chunk is locked: who waits for a head that another call makes holds none.
    -- A single chunk does so itself.
    IF cardinality(material_ids) > chunk_size THEN
        PERFORM replenish.begin_series(
            refresh_forecasts.tenant_id, refresh_forecasts.facility_id, refresh_forecasts.material_ids
        );
    END IF;
    WHILE first <= cardinality(material_ids) LOOP
        FOR failure IN
            SELECT c.material_id, c.message
            FROM replenish.forecast_chunk(
                refresh_forecasts.facility_id,
                refresh_forecasts.material_ids[first : first + chunk_size - 1],
                until,
                refresh_forecasts.forecast_horizon_days,
                refresh_forecasts.forecast_algorithm
            ) AS c
            WHERE c.outcome = 'FAILED'
        LOOP
            failures := failures + 1;
            failure_text := format('material %s: %s', failure.material_id, failure.message);
        END LOOP;
        first := first + chunk_size;
    END LOOP;
    IF failures > 0 THEN
        RAISE WARNING '% of % materials could not be forecast', failures, cardinality(material_ids)
            USING DETAIL = 'The last one was ' || failure_text;
    END IF;
END
$$;

-- One lookup by key a material. Planned in each call: a plan that was kept from small tables would look through large ones.
CREATE FUNCTION replenish.begin_series(tenant_id uuid, facility_id uuid, material_ids uuid[]) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET enable_seqscan = off
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
    INSERT INTO replenish.forecast_heads (tenant_id, facility_id, material_id)
    SELECT begin_series.tenant_id, begin_series.facility_id, m.material_id
    FROM unnest(begin_series.material_ids) AS w (id)
    CROSS JOIN LATERAL (
        SELECT e.material_id
        FROM replenish.materials AS e
        WHERE e.tenant_id = begin_series.tenant_id AND e.material_id = w.id AND e.forecasting_enabled
        OFFSET 0
    ) AS m
    LEFT JOIN LATERAL (
        SELECT true AS is_there
        FROM replenish.forecast_heads AS e
        WHERE e.tenant_id = begin_series.tenant_id
            AND e.facility_id = begin_series.facility_id
            AND e.material_id = m.material_id
        OFFSET 0
    ) AS h ON true
    WHERE h.is_there IS NULL
    ORDER BY m.material_id
    ON CONFLICT DO NOTHING;
END
$$;

CREATE FUNCTION replenish.assert_forecast_arguments(
    forecast_horizon_days integer,
    forecast_algorithm text,
    as_of date
) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF forecast_horizon_days NOT BETWEEN 1 AND 3660 THEN
        RAISE EXCEPTION 'forecast_horizon_days must be between 1 and 3660, not %', forecast_horizon_days
            USING ERRCODE = 'invalid_parameter_value',
                HINT = 'Ask for at least one day and at most ten years.';
    ELSIF NOT replenish.is_forecast_algorithm(upper(forecast_algorithm)) THEN
        RAISE EXCEPTION 'forecast algorithm "%" is unknown', forecast_algorithm
            USING ERRCODE = 'invalid_parameter_value',
                HINT = 'Known are ' || array_to_string(replenish.forecast_algorithms(), ', ') || '.';
    ELSIF as_of NOT BETWEEN '1900-01-01' AND '2999-12-31' THEN
        RAISE EXCEPTION 'as_of must lie in the years 1900 to 2999, not %', as_of
            USING ERRCODE = 'invalid_parameter_value',
                HINT = 'Pass the last day that counts as observed, or NULL.';
    END IF;
END
$$;

-- Writers of one facility's suggestions and accuracy take turns, until the end of the transaction.
CREATE FUNCTION replenish.lock_facility(tenant_id uuid, facility_id uuid) RETURNS void
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT pg_advisory_xact_lock(
        hashtextextended(format('replenish %s %s', tenant_id, facility_id), 0)
    )
$$;

CREATE FUNCTION replenish.override_forecast(
    tenant_id uuid,
    facility_id uuid,
    material_id uuid,
    forecast_date date,
    override_quantity numeric,
    override_reason text,
    expires_at timestamptz = NULL,
    override_by text = NULL
) RETURNS SETOF replenish.material_forecast
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    PERFORM replenish.assert_tenant(override_forecast.tenant_id);
    IF expires_at <= now() THEN
        RAISE EXCEPTION 'the override would expire at once: expires_at is %', expires_at
            USING ERRCODE = 'invalid_parameter_value',
                HINT = 'Pass a moment to come, or NULL for no expiry.';
    ELSIF coalesce(override_reason, '') !~ '\S' THEN
        RAISE EXCEPTION 'an override needs a reason'
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Say in words what the model cannot know.';
    END IF;
    -- Planners of the same day take turns: an override that is not committed yet cannot be revoked.
    PERFORM pg_advisory_xact_lock(hashtextextended(
        format('replenish override %s %s %s %s', tenant_id, facility_id, material_id, forecast_date), 0
    ));
    UPDATE replenish.forecast_overrides AS o
    SET revoked_at = now()
    WHERE o.tenant_id = override_forecast.tenant_id
        AND o.facility_id = override_forecast.facility_id
        AND o.material_id = override_forecast.material_id
        AND o.forecast_date = override_forecast.forecast_date
        AND o.revoked_at IS NULL;
    IF override_quantity IS NOT NULL THEN
        INSERT INTO replenish.forecast_overrides (
            tenant_id, facility_id, material_id, forecast_date, override_quantity, override_reason,
            override_by, expires_at
        )
        VALUES (
            override_forecast.tenant_id,
            override_forecast.facility_id,
            override_forecast.material_id,
            override_forecast.forecast_date,
            override_forecast.override_quantity,
            override_forecast.override_reason,
            coalesce(override_forecast.override_by, session_user),
            override_forecast.expires_at
        )
        -- Taken only by one that was not to be seen: by an old snapshot, which raises 40001 here, or written beside this function.
        ON CONFLICT (tenant_id, facility_id, material_id, forecast_date) WHERE revoked_at IS NULL
        DO NOTHING;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'another override of % came in between', forecast_date
                USING ERRCODE = 'serialization_failure', HINT = 'Look at it, then call again.';
        END IF;
    END IF;
    RETURN QUERY
    SELECT r.*
    FROM replenish.get_material_forecasts(
        override_forecast.tenant_id, override_forecast.facility_id, override_forecast.material_id,
        override_forecast.forecast_date, override_forecast.forecast_date
    ) AS r;
END
$$;

CREATE FUNCTION replenish.forecast_by(
    source regclass,
    key_column name,
    date_column name,
    quantity_column name,
    horizon integer = 30,
    algorithm text = 'AUTO'
) RETURNS TABLE (
    series_key text,
    forecast_date date,
    yhat float8,
    lo_80 float8,
    hi_80 float8,
    lo_95 float8,
    hi_95 float8,
    algorithm_used text,
    status text
)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY EXECUTE format(
        'SELECT g.series_key, (g.f).start_date + d.step::integer - 1, d.yhat, d.lo_80, d.hi_80, '
        'd.lo_95, d.hi_95, (g.f).algorithm, (g.f).status '
        'FROM (SELECT %1$I::text AS series_key, '
        'replenish.forecast_agg(%2$I::date, %3$I::float8, $1, $2) AS f FROM %4$s GROUP BY 1) AS g '
        'CROSS JOIN LATERAL unnest((g.f).yhat, (g.f).lo_80, (g.f).hi_80, (g.f).lo_95, (g.f).hi_95) '
        'WITH ORDINALITY AS d (yhat, lo_80, hi_80, lo_95, hi_95, step) '
        'ORDER BY 1, 2',
        key_column, date_column, quantity_column, source
    )
    USING horizon, algorithm;
END
$$;
