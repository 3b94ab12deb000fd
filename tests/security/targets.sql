-- What the attacks aim at beyond world.sql and logins.sql.
-- demand_history by months, so that partitions are attacked too: one month for itself, what is older
-- together. Months without rows go again: every table of the attacks holds rows of both tenants.
SET ROLE replenish_owner;
SELECT count(*) FROM replenish.partition_demand_history('2025-02-01');
RESET ROLE;
SELECT format('DROP TABLE replenish.%I', c.relname)
FROM pg_class AS c
WHERE c.relispartition AND c.relkind = 'r'
    AND c.relname ~ '^demand_history_\d' AND c.relname <> 'demand_history_2025_02' \gexec
ANALYZE;

SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_cron') AS has_cron \gset
\if :has_cron
-- A job of the superuser's beside the nights; canaries in all of them, and in the log of a night.
SELECT cron.schedule('upkeep', '0 5 * * *', 'SELECT 1');
UPDATE cron.job SET active = false, command = command || ' /* CANARY */';
INSERT INTO cron.job_run_details (jobid, runid, database, username, command, status, return_message, start_time, end_time)
SELECT j.jobid, nextval('cron.runid_seq'), j.database, j.username, j.command, 'failed', 'CANARY', now(), now() FROM cron.job AS j;
\endif

-- Where the server has it, so that attempts with it fail for what they are.
SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'dblink') AS has_dblink \gset
\if :has_dblink
CREATE EXTENSION dblink;
\endif
