-- Attackers: a login in every role of the product, bound to tenant A; one in none; and B's own.
-- All may create objects in public, as in databases that come from before PostgreSQL 15.
GRANT CREATE ON SCHEMA public TO PUBLIC;
SELECT format('CREATE ROLE %I LOGIN IN ROLE %I', 'in_' || rolname, rolname)
FROM pg_roles WHERE rolname ~ '^replenish_' ORDER BY rolname \gexec
SELECT format('ALTER ROLE %I SET app.current_tenant_id = %L', 'in_' || rolname, 'aaaaaaaa-0000-4000-8000-000000000000')
FROM pg_roles WHERE rolname ~ '^replenish_' AND rolname <> 'replenish_owner' ORDER BY rolname \gexec
CREATE ROLE in_none LOGIN;
CREATE ROLE canary_login LOGIN IN ROLE replenish_writer;
ALTER ROLE canary_login SET app.current_tenant_id = 'ca9a47ee-b000-4000-8000-000000000000';
SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_cron') AS has_cron \gset
\if :has_cron
-- The nights, scheduled by a batch login, as targets of the attacks on pg_cron.
GRANT USAGE ON SCHEMA cron TO PUBLIC;
CREATE ROLE night LOGIN IN ROLE replenish_batch;
SET SESSION AUTHORIZATION night;
SELECT * FROM replenish.schedule_jobs();
RESET SESSION AUTHORIZATION;
-- Not to run: what changes here has to come from an attacker.
UPDATE cron.job SET active = false;
\endif
