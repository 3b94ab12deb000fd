CREATE AGGREGATE replenish.forecast_agg (demand_date date, quantity float8) (
    SFUNC = replenish.forecast_agg_accum, STYPE = internal, SSPACE = 4096,
    FINALFUNC = replenish.forecast_agg_final, PARALLEL = SAFE
);
COMMENT ON AGGREGATE replenish.forecast_agg (date, float8) IS
'Forecast of the next 30 days of a group of rows, model AUTO: SELECT item, (forecast_agg(day, qty)).* FROM sales GROUP BY item. Days without a row count as 0.';

CREATE AGGREGATE replenish.forecast_agg (demand_date date, quantity float8, horizon integer) (
    SFUNC = replenish.forecast_agg_horizon_accum, STYPE = internal, SSPACE = 4096,
    FINALFUNC = replenish.forecast_agg_final, PARALLEL = SAFE
);
COMMENT ON AGGREGATE replenish.forecast_agg (date, float8, integer) IS
'Forecast of the next horizon days of a group of rows, model AUTO. Days without a row count as 0.';

CREATE AGGREGATE replenish.forecast_agg (
    demand_date date, quantity float8, horizon integer, algorithm text
) (
    SFUNC = replenish.forecast_agg_algorithm_accum, STYPE = internal, SSPACE = 4096,
    FINALFUNC = replenish.forecast_agg_final, PARALLEL = SAFE
);
COMMENT ON AGGREGATE replenish.forecast_agg (date, float8, integer, text) IS
'Forecast of the next horizon days of a group of rows by the named algorithm. Days without a row count as 0.';
