-- Seen to fail: with a policy that lets whoever has no tenant read, with a current_tenant_id() that falls back on a
-- tenant, with an assert_tenant() that asserts nothing, without the batch role's policy on tenants or its right to choose.
\ir ../fresh.psql
\ir ../two_tenants.psql
SELECT plan(10);
SET ROLE replenish_batch;
SELECT is(replenish.current_tenant_id(), NULL, 'no tenant is set');
SELECT is((SELECT count(*) FROM replenish.materials), 0::bigint, 'no tenant, no rows');
SELECT is((SELECT count(*) FROM replenish.tenants), 2::bigint, 'the batch role sees whom to visit');
RESET ROLE;
SELECT throws_ok(
    $$ SET app.current_tenant_id = 'acme' $$, '22023',
    'invalid value for parameter "app.current_tenant_id": "acme"', 'a tenant that is not a uuid is a clear error');
SET app.current_tenant_id = '';
SET ROLE replenish_batch;
SELECT is((SELECT count(*) FROM replenish.materials), 0::bigint, 'an empty tenant, no rows');
SELECT throws_ok(
    format('SELECT * FROM replenish.generate_forecasts(%L, %L)', :a, :facility), '42501',
    'no tenant is set', 'writers say that no tenant is set');
SELECT throws_ok(
    format('SELECT * FROM replenish.generate_forecasts(NULL, %L)', :facility), '22004',
    'tenant_id must not be NULL', 'and that one is needed');
RESET ROLE;

-- Who may choose has a tenant for as long as it is set.
SET SESSION AUTHORIZATION night;
SELECT lives_ok($$ SET app.current_tenant_id = 'aaaaaaaa-0000-4000-8000-000000000000' $$, 'the batch login may choose a tenant');
SELECT is((SELECT count(*) FROM replenish.materials), 3::bigint, 'and sees that tenant''s rows');
RESET app.current_tenant_id;
SELECT is((SELECT count(*) FROM replenish.materials), 0::bigint, 'until it lets go of it');
SELECT * FROM finish();
