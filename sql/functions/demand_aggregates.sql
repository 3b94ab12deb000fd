CREATE AGGREGATE replenish.pack_demand (demand_date date, quantity float8) (
    SFUNC = replenish.demand_accum, STYPE = internal, SSPACE = 4096,
    FINALFUNC = replenish.demand_pack,
    COMBINEFUNC = replenish.demand_combine, SERIALFUNC = replenish.demand_serialize,
    DESERIALFUNC = replenish.demand_deserialize, PARALLEL = SAFE
);
COMMENT ON AGGREGATE replenish.pack_demand (date, float8) IS
'Demand rows of one series, packed and sorted by day; several rows of a day add up. For daily_demand, demand_statistics and the batch engine.';
CREATE AGGREGATE replenish.pack_demand (demand_date date, quantity float8, is_stockout boolean) (
    SFUNC = replenish.demand_stockout_accum, STYPE = internal, SSPACE = 4096,
    FINALFUNC = replenish.demand_pack,
    COMBINEFUNC = replenish.demand_combine, SERIALFUNC = replenish.demand_serialize,
    DESERIALFUNC = replenish.demand_deserialize, PARALLEL = SAFE
);
COMMENT ON AGGREGATE replenish.pack_demand (date, float8, boolean) IS
'As pack_demand(demand_date, quantity), with days on which stock had run out: readers of the series put there what was usual on that weekday, at least the quantity.';
