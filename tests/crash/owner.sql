-- Migration and scheduling: the views of the last step anew, and the nights into pg_cron and out of it.
DO $$
DECLARE
    view regclass;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('replenish.install'));
    FOR view IN SELECT oid FROM pg_class WHERE relnamespace = 'replenish'::regnamespace AND relkind = 'v' ORDER BY oid DESC LOOP
        EXECUTE format('DROP VIEW %s', view);
    END LOOP;
    DELETE FROM replenish.schema_migrations WHERE migration_name LIKE '%views';
    SET LOCAL ROLE replenish_owner;
    PERFORM replenish.install();
END
$$;
-- At hours that never come: the nights of this test are the test's.
SELECT count(*) FROM replenish.schedule_jobs('0 0 31 2 *', '0 0 31 2 *', '0 0 31 2 *', '0 0 31 2 *');
SELECT pg_sleep(0.05);
SELECT count(*) FROM replenish.unschedule_jobs();
