CREATE FUNCTION replenish.health_check() RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    forecasting text := 'up';
    safety_stock text := 'up';
    demand_history text := 'up';
BEGIN
    BEGIN
        PERFORM FROM replenish.forecast_naive(ARRAY[1, 2, 3], 1);
        PERFORM FROM replenish.forecast_heads LIMIT 1;
    EXCEPTION WHEN OTHERS THEN
        forecasting := 'down: ' || SQLERRM;
    END;
    BEGIN
        PERFORM replenish.safety_stock(10, 3, 7);
    EXCEPTION WHEN OTHERS THEN
        safety_stock := 'down: ' || SQLERRM;
    END;
    BEGIN
        PERFORM FROM replenish.demand_history LIMIT 1;
    EXCEPTION WHEN OTHERS THEN
        demand_history := 'down: ' || SQLERRM;
    END;
    RETURN jsonb_build_object(
        'status', CASE
            WHEN forecasting = 'up' AND safety_stock = 'up' AND demand_history = 'up' THEN 'healthy'
            ELSE 'unhealthy'
        END,
        'timestamp', now(),
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
