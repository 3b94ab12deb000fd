-- Deliberately broken functions for the isolation specs: tests/concurrency/variants.sh puts each in place
-- and demands that the specs named with it fail. The lock that Rust takes cannot be broken from here: the comment of
-- two_generators_again.spec says how it was seen to fail without that one.
\ir rewrite.sql
CREATE TABLE variant.cases (name text PRIMARY KEY, specs text NOT NULL, breaks text NOT NULL);

-- name, specs that must fail, statements that break it.
INSERT INTO variant.cases VALUES
('everybody waits for everybody', 'two_generators_of_other_series generator_and_new_day generator_and_override', $$
    SELECT variant.rewrite('replenish.assert_tenant', 'STABLE', 'VOLATILE');
    SELECT variant.rewrite('replenish.assert_tenant', E'\nBEGIN', E'\nBEGIN PERFORM pg_advisory_xact_lock(1);');
$$),
('a sale replaces the day', 'record_demand_twice record_demand_repeatable_read', $$
    SELECT variant.rewrite('replenish.record_demand', 'h.actual_demand_quantity + excluded.actual_demand_quantity', 'excluded.actual_demand_quantity');
$$),
('a sale forgets the former forecast', 'accuracy_and_record_demand', $$
    SELECT variant.rewrite('replenish.record_demand', 'actual_demand_quantity = h.actual_demand_quantity',
        'forecasted_demand_quantity = NULL, actual_demand_quantity = h.actual_demand_quantity');
$$),
('a backfill looks at the ledger once', 'two_backfills backfill_and_sale', $$
    SELECT variant.rewrite('replenish.backfill_demand_history', 'IN 1 .. 2 LOOP', 'IN 1 .. 1 LOOP');
$$),
('a decision locks nothing', 'two_reviews', $$
    SELECT variant.rewrite('replenish.review_suggestion', 'FOR UPDATE', '');
$$),
('forecasts and decisions wait for each other', 'generator_and_review', $$
    SELECT variant.rewrite('replenish.assert_tenant', 'STABLE', 'VOLATILE');
    SELECT variant.rewrite('replenish.assert_tenant', E'\nBEGIN', E'\nBEGIN PERFORM pg_advisory_xact_lock(1);');
    SELECT variant.rewrite('replenish.review_suggestion', E'\nBEGIN', E'\nBEGIN PERFORM pg_advisory_xact_lock(1);');
$$),
('a run takes decisions back', 'replenishment_and_review', $$
    SELECT variant.rewrite('replenish.store_suggestions', 'WHERE r.suggestion_status = ''PENDING'' AND r.calculation <> excluded.calculation', '');
    SELECT variant.rewrite('replenish.store_suggestions', 'suggestion_generation_timestamp = now(),', 'suggestion_generation_timestamp = now(), suggestion_status = ''PENDING'',');
$$),
('a run expires what was approved', 'replenishment_expires_and_review', $$
    SELECT variant.rewrite('replenish.store_suggestions', 'AND r.suggestion_status = ''PENDING''', 'AND r.suggestion_status IN (''PENDING'', ''APPROVED'')');
$$),
('a run adds to the open suggestions', 'two_replenishment_runs', $$
    DO $do$ DECLARE index regclass; BEGIN
        SELECT i.indexrelid INTO STRICT index FROM pg_index AS i
        WHERE i.indrelid = 'replenish.replenishment_suggestions'::regclass AND i.indisunique AND i.indpred IS NOT NULL;
        EXECUTE format('DROP INDEX %s', index);
    END $do$;
    DO $do$ DECLARE definition text := pg_get_functiondef('replenish.store_suggestions'::regproc); BEGIN
        EXECUTE regexp_replace(definition, 'ON CONFLICT.*?excluded\.calculation\s+RETURNING', 'RETURNING');
    END $do$;
    SELECT variant.rewrite('replenish.lock_facility', 'pg_advisory_xact_lock', 'pg_try_advisory_xact_lock');
$$),
('overrides do not take turns', 'two_overrides', $$
    SELECT variant.rewrite('replenish.override_forecast', 'PERFORM pg_advisory_xact_lock', 'PERFORM pg_sleep(0), ');
$$),
('roles and migrations do not take turns', 'two_installs', $$
    SELECT variant.rewrite('replenish.install', 'PERFORM pg_advisory_xact_lock', 'PERFORM pg_sleep(0), ');
    SELECT variant.rewrite('replenish.create_roles', 'PERFORM pg_advisory_xact_lock', 'PERFORM pg_sleep(0), ');
$$),
('install() repairs nothing', 'repair_and_demand', $$
    SELECT variant.rewrite('replenish.install', 'PERFORM replenish.repair();', '');
$$),
('install() does not wait', 'generator_and_migration', $$
    SELECT variant.rewrite('replenish.install', E'\nBEGIN', E'\nBEGIN SET LOCAL lock_timeout = ''1ms'';');
    ALTER DATABASE isolation_broken SET lock_timeout = '1ms';
$$),
('demand and forecasts do not look for each other', 'generator_and_changed_past repeatable_read_and_changed_past', $$
    CREATE OR REPLACE FUNCTION replenish.is_unsure(activity text, other text, tenant_id uuid, patience interval = '0') RETURNS boolean
    LANGUAGE sql AS 'SELECT false';
$$),
('heads forget what was forecast from', 'two_generators two_generators_again two_generators_opposite_order night_and_planner generator_and_cancel generator_repeatable_read', $$
    CREATE FUNCTION variant.forget() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.history_fingerprint := 0; NEW.recent_fingerprint := 0; NEW.settings_fingerprint := 0; RETURN NEW; END';
    CREATE TRIGGER forget BEFORE INSERT OR UPDATE ON replenish.forecast_heads FOR EACH ROW EXECUTE FUNCTION variant.forget();
    GRANT USAGE ON SCHEMA variant TO PUBLIC;
$$),
('a chunk makes its heads when it is locked', 'two_generators_of_many', $$
    SELECT variant.rewrite('replenish.refresh_forecasts', E'refresh_forecasts.facility_id, refresh_forecasts.material_ids\n', E'refresh_forecasts.facility_id, ''{}''\n');
$$),
('a night does not wait', 'generator_and_killed_backend', $$
    ALTER DATABASE isolation_broken SET lock_timeout = '1ms';
    SELECT variant.rewrite('replenish.survive_failure', 'most_attempts CONSTANT integer := 3', 'most_attempts CONSTANT integer := 1');
$$),
('a material is no parent', 'generator_and_deleted_material', $$
    DO $do$ DECLARE k record; BEGIN
        FOR k IN SELECT conrelid::regclass AS child, conname FROM pg_constraint
            WHERE contype = 'f' AND confrelid = 'replenish.materials'::regclass LOOP
            EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', k.child, k.conname);
        END LOOP;
    END $do$;
$$),
('uninstall() does not look', 'generator_and_uninstall', $$
    SELECT variant.rewrite('replenish.uninstall', 'cardinality(full_tables) > 0', 'false');
$$),
('a conflict with what an old snapshot cannot see is hidden',
    'review_repeatable_read replenishment_repeatable_read accuracy_repeatable_read override_repeatable_read backfill_repeatable_read', $$
    SELECT variant.rewrite(f, E'\nEND\n$function$', E'\nEXCEPTION WHEN serialization_failure THEN RETURN;\nEND\n$function$')
    FROM unnest('{review_suggestion,generate_replenishment_recommendations,calculate_forecast_accuracy,override_forecast}'::text[]) AS n
    CROSS JOIN LATERAL (SELECT ('replenish.' || n)::regproc AS f) AS p;
    SELECT variant.rewrite('replenish.backfill_demand_history', E'\nEND\n$function$', E'\nEXCEPTION WHEN serialization_failure THEN RETURN 0;\nEND\n$function$');
$$),
('a run does not wait for decisions', 'replenishment_and_conversion replenishment_repeatable_read', $$
    SELECT variant.rewrite('replenish.store_suggestions', E'ORDER BY r.material_id\n    FOR UPDATE', 'ORDER BY r.material_id');
$$);
