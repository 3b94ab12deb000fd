-- The nights after the first: states take in new days, other pasts are noticed and fitted anew.
\ir ../fresh.psql
\ir ../two_tenants.psql
SELECT no_plan();
SET app.current_tenant_id = 'aaaaaaaa-0000-4000-8000-000000000000';
DELETE FROM replenish.demand_history WHERE tenant_id = :b;
-- A fourth material that sells seldom.
INSERT INTO replenish.materials (tenant_id, material_id, material_code, material_name, primary_uom)
VALUES (:a, '00000000-0000-4000-8000-000000000004', 'SELDOM', 'sells seldom', 'EA');
INSERT INTO replenish.demand_history (tenant_id, facility_id, material_id, demand_date, actual_demand_quantity, demand_uom)
SELECT :a, :facility, '00000000-0000-4000-8000-000000000004', date '2025-01-01' + d, 1 + d % 3, 'EA' FROM generate_series(0, 59, 5) AS d;
-- Noise, so that models have something to smooth.
UPDATE replenish.demand_history SET actual_demand_quantity = actual_demand_quantity + (extract(day FROM demand_date)::int * 7) % 5;

CREATE FUNCTION pg_temp.night() RETURNS TABLE (code text, outcome text) LANGUAGE sql AS $$
    SELECT m.material_code, c.outcome
    FROM replenish.forecast_chunk(
        'ffffffff-0000-4000-8000-000000000001',
        (SELECT array_agg(material_id) FROM replenish.materials WHERE tenant_id = 'aaaaaaaa-0000-4000-8000-000000000000'),
        replenish.observed_until('aaaaaaaa-0000-4000-8000-000000000000', 'ffffffff-0000-4000-8000-000000000001'),
        30, NULL, 'UPDATE') AS c
    JOIN replenish.materials AS m ON m.material_id = c.material_id AND m.tenant_id = 'aaaaaaaa-0000-4000-8000-000000000000'
    ORDER BY 1
$$;
-- A day of demand for ONE, TWO and THREE.
CREATE FUNCTION pg_temp.sell(day date) RETURNS void LANGUAGE sql AS $$
    INSERT INTO replenish.demand_history (tenant_id, facility_id, material_id, demand_date, actual_demand_quantity, demand_uom)
    SELECT m.tenant_id, 'ffffffff-0000-4000-8000-000000000001', m.material_id, day, 12 + extract(day FROM day)::int % 4, 'EA'
    FROM replenish.materials AS m WHERE m.tenant_id = 'aaaaaaaa-0000-4000-8000-000000000000' AND m.material_code <> 'SELDOM'
$$;
CREATE FUNCTION pg_temp.outcomes() RETURNS text LANGUAGE sql AS $$ SELECT string_agg(DISTINCT n.outcome, ' ') FROM pg_temp.night() AS n $$;

SELECT is(pg_temp.outcomes(), 'STORED', 'the first night fits');
SELECT is(pg_temp.outcomes(), 'UNCHANGED', 'nothing new, nothing stored');
SELECT pg_temp.sell('2025-03-02') \g /dev/null
SELECT is((SELECT count(*) FROM replenish.demand_changes), 0::bigint, 'a new day is no changed past');
SELECT is(pg_temp.outcomes(), 'UPDATED', 'on a new day states take it in, without a row for those who sold nothing');
SELECT results_eq(
    'SELECT DISTINCT forecast_version, fit_version, start_date, forecast_status FROM replenish.forecast_series ORDER BY 1',
    $$ VALUES (1, 1, date '2025-03-02', 'SUPERSEDED'), (2, 1, date '2025-03-03', 'ACTIVE') $$, 'a new version of the same model, a day later');
SELECT is((SELECT count(*) FROM replenish.forecast_models WHERE is_default_model), 4::bigint, 'one model a series');
SELECT isnt(
    (SELECT mean[1] FROM replenish.forecast_series WHERE material_id = :m1 AND forecast_status = 'ACTIVE'),
    (SELECT mean[2] FROM replenish.forecast_series WHERE material_id = :m1 AND forecast_status = 'SUPERSEDED'), 'which has learned from it');

-- Two days at once are what two nights are.
CREATE TEMP TABLE kept AS SELECT * FROM replenish.forecast_heads;
SELECT pg_temp.sell('2025-03-03') \g /dev/null
SELECT pg_temp.outcomes() \g /dev/null
SELECT pg_temp.sell('2025-03-04') \g /dev/null
SELECT pg_temp.outcomes() \g /dev/null
SELECT md5(string_agg(h.state::text || h.history_fingerprint, ',' ORDER BY h.material_id)) AS night_by_night FROM replenish.forecast_heads AS h \gset
UPDATE replenish.forecast_heads AS h
SET state = k.state, state_through = k.state_through, history_fingerprint = k.history_fingerprint, recent_fingerprint = k.recent_fingerprint
FROM kept AS k WHERE k.material_id = h.material_id;
SELECT is(pg_temp.outcomes(), 'UPDATED', 'two days at once');
SELECT is((SELECT md5(string_agg(h.state::text || h.history_fingerprint, ',' ORDER BY h.material_id)) FROM replenish.forecast_heads AS h), :'night_by_night', 'lead to the very state of two nights');

-- A late row of the last days.
SELECT count(*) FROM replenish.record_demand(:a, :facility, :m1, '2025-03-02', 40) \g /dev/null
SELECT is((SELECT count(*) FROM replenish.demand_changes), 1::bigint, 'a correction leaves a note');
SELECT results_eq('SELECT * FROM pg_temp.night()', $$ VALUES ('ONE', 'STORED'), ('SELDOM', 'UNCHANGED'), ('THREE', 'UNCHANGED'), ('TWO', 'UNCHANGED') $$, 'and only that series is fitted anew');
SELECT is((SELECT count(*) FROM replenish.demand_changes), 0::bigint, 'the note is gone');
-- Even where nothing noted it.
SET session_replication_role = replica;
UPDATE replenish.demand_history SET actual_demand_quantity = 41 WHERE material_id = :m1 AND demand_date = '2025-03-02';
RESET session_replication_role;
SELECT is((SELECT n.outcome FROM pg_temp.night() AS n WHERE n.code = 'ONE'), 'STORED', 'late rows of a week show by themselves');
-- A change long ago, a deletion, a change that is none.
UPDATE replenish.demand_history SET actual_demand_quantity = 90 WHERE material_id = :m2 AND demand_date = '2025-01-10';
DELETE FROM replenish.demand_history WHERE material_id = :m3 AND demand_date = '2025-01-05';
SELECT is((SELECT count(*) FROM replenish.demand_changes), 2::bigint, 'both are noted');
UPDATE replenish.demand_history SET forecasted_demand_quantity = 1, is_holiday = true;
SELECT is((SELECT count(*) FROM replenish.demand_changes), 2::bigint, 'other columns are no change of demand');
SELECT results_eq('SELECT * FROM pg_temp.night()', $$ VALUES ('ONE', 'UNCHANGED'), ('SELDOM', 'UNCHANGED'), ('THREE', 'STORED'), ('TWO', 'STORED') $$, 'and fitted anew');
UPDATE replenish.demand_history SET actual_demand_quantity = 91 WHERE material_id = :m2 AND demand_date = '2025-01-10';
UPDATE replenish.demand_history SET actual_demand_quantity = 90 WHERE material_id = :m2 AND demand_date = '2025-01-10';
SELECT is((SELECT n.outcome FROM pg_temp.night() AS n WHERE n.code = 'TWO'), 'UNCHANGED', 'a correction taken back asks for nothing');

-- A planner who asks after a night gets what is there: the state has seen all.
SELECT max(forecast_version) AS newest FROM replenish.forecast_versions \gset
SELECT is((SELECT count(*) FROM replenish.forecast_chunk(:facility, (SELECT array_agg(material_id) FROM replenish.materials WHERE tenant_id = :a), '2025-03-04', 30, NULL, 'FIT') WHERE outcome = 'UNCHANGED'), 4::bigint, 'FIT agrees with the nights on what the history is');

-- When a fit is due.
UPDATE replenish.materials SET forecast_update_frequency = 'DAILY' WHERE material_id = :m1 AND tenant_id = :a;
SELECT pg_temp.sell('2025-03-05') \g /dev/null
SELECT results_eq('SELECT * FROM pg_temp.night()', $$ VALUES ('ONE', 'STORED'), ('SELDOM', 'UPDATED'), ('THREE', 'UPDATED'), ('TWO', 'UPDATED') $$, 'DAILY fits each night');
SELECT pg_temp.sell(date '2025-03-05' + d) FROM generate_series(1, 9) AS d \g /dev/null
SELECT is(pg_temp.outcomes(), 'STORED', 'WEEKLY after nine days at the latest');
-- A level that leaves the model behind.
INSERT INTO replenish.demand_history (tenant_id, facility_id, material_id, demand_date, actual_demand_quantity, demand_uom)
SELECT :a, :facility, :m2, date '2025-03-14' + d, 900, 'EA' FROM generate_series(1, 4) AS d;
SELECT is((SELECT n.outcome FROM pg_temp.night() AS n WHERE n.code = 'TWO'), 'STORED', 'a tracking signal beyond 0.7 asks for a fit before it is due');
-- A state that this library does not know.
UPDATE replenish.forecast_heads SET state = '\x00ff' WHERE material_id = :m3;
SELECT pg_temp.sell('2025-03-19') \g /dev/null
SELECT is((SELECT n.outcome FROM pg_temp.night() AS n WHERE n.code = 'THREE'), 'STORED', 'a damaged state is fitted anew');
SELECT throws_ok(format('SELECT * FROM replenish.forecast_chunk(%L, ARRAY[%L]::uuid[], ''2025-03-01'', 30, NULL, ''GUESS'')', :facility, :m1), '22023', 'mode "GUESS" is unknown');
SELECT is_empty($$ SELECT * FROM replenish.verify_data() WHERE status = 'FAILED' $$, 'heads, versions and fits agree');
SELECT * FROM finish();
