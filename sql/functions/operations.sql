CREATE FUNCTION replenish.health_check() RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    forecasting text;
    safety_stock text := 'up';
    demand_history text;
BEGIN
    BEGIN
        PERFORM FROM replenish.forecast_naive(ARRAY[1, 2, 3], 1);
        forecasting := replenish.probe_table('forecast_heads');
    EXCEPTION WHEN OTHERS THEN
        forecasting := 'down: ' || SQLERRM;
    END;
    BEGIN
        PERFORM replenish.safety_stock(10, 3, 7);
    EXCEPTION WHEN OTHERS THEN
        safety_stock := 'down: ' || SQLERRM;
    END;
    demand_history := replenish.probe_table('demand_history');
    RETURN jsonb_build_object(
        'status', CASE
            WHEN forecasting = 'up' AND safety_stock = 'up' AND demand_history = 'up' THEN 'healthy'
            ELSE 'unhealthy'
        END,
        'timestamp', clock_timestamp(),
        'database', current_database(),
        'services', jsonb_build_object(
            'forecasting', forecasting,
            'safetyStock', safety_stock,
            'demandHistory', demand_history
        ),
        'uptime', extract(epoch FROM clock_timestamp() - pg_postmaster_start_time())::bigint
    );
END
$$;

-- Reads one page by its address: a search for a row would read a whole table where the caller has
-- no tenant, since no row is theirs.
CREATE FUNCTION replenish.probe_table(table_name text) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    relation CONSTANT regclass := to_regclass(format('replenish.%I', table_name));
BEGIN
    IF relation IS NULL THEN
        RETURN format('down: table %s is missing, run SELECT replenish.install()', table_name);
    ELSIF has_table_privilege(relation, 'SELECT') THEN
        EXECUTE format('SELECT FROM %s WHERE ctid = ''(0,1)''', relation);
    END IF;
    RETURN 'up';
EXCEPTION WHEN OTHERS THEN
    RETURN 'down: ' || SQLERRM;
END
$$;
COMMENT ON FUNCTION replenish.probe_table(text) IS
'up, or down and why: whether a table is there and, where the caller may read it, one page can be read.';
