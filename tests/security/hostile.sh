#!/usr/bin/env bash
# Check 8: objects that an attacker put in place before CREATE EXTENSION, before install() and before
# others call the product's functions. Each is refused with a clear error, or harmless: the trap, a
# table that every planted function writes to, stays empty.
# Seen to fail: with a drop_api() that left her schema replenish_auth alone, and an install_api() that used it;
# with a victim who could not log in (he made none of the calls);
# with the check for strangers calling format() by its bare name hers ran as superuser;
# with the search_path of one function taken away the trap fills (the last step does it),
# and install() by a superuser over a planted schema_migrations ran the attacker's trigger.
source "$(dirname "$0")/../../pgrx-config/cluster.sh"

start_cluster "client_min_messages = warning"
psql -o /dev/null <<'SQL'
CREATE ROLE mallory LOGIN;
CREATE TABLE public.trap (who name, what text);
GRANT ALL ON public.trap TO PUBLIC;
SQL

# Each case has a database of its own in which mallory may create what she likes.
number=0
database() { # sets PGDATABASE
    number=$((number + 1))
    export PGDATABASE=postgres
    psql -c "CREATE DATABASE hostile_$number"
    PGDATABASE=hostile_$number
    psql <<'SQL'
CREATE TABLE public.trap (who name, what text);
GRANT ALL ON public.trap TO PUBLIC;
GRANT CREATE ON SCHEMA public TO PUBLIC;
SELECT format('GRANT CREATE ON DATABASE %I TO mallory', current_database()) \gexec
SQL
}
sprung() {
    psql -At -c "SELECT coalesce(string_agg(DISTINCT who || ': ' || what, ', '), '') FROM public.trap"
    if [ -s "$CLUSTER/said" ]; then cat "$CLUSTER/said"; fi
}
safe() { # what
    local found
    found=$(sprung)
    [ -z "$found" ] || fail "$1: the trap holds $found"
    echo "ok - $1"
}
refused() { # what, SQLSTATE, SQL
    local heard state
    heard=$(PGOPTIONS='-c client_min_messages=notice' "$SERVER_BIN/psql" -X -q -At -v VERBOSITY=sqlstate -c "$3" 2>&1 >/dev/null) || true
    state=$(grep -oE '[0-9A-Z]{5}$' <<<"$heard" | tail -n 1) || true
    # What a trap wrote down went with the refusal; what it said did not.
    [[ $heard != *01P99* ]] || fail "$1: hers ran"
    [ "$state" = "$2" ] || fail "$1: gave ${state:-no error} instead of $2"
    safe "$1 is refused with $2"
}
planted() { psql -U mallory -o /dev/null -f - ; }

database
planted <<<'CREATE SCHEMA replenish'
refused "a schema of hers" 42501 'CREATE EXTENSION pg_replenish'

database
psql -c 'CREATE SCHEMA replenish' -c 'GRANT ALL ON SCHEMA replenish TO mallory'
planted <<'SQL'
CREATE FUNCTION replenish.current_tenant_id() RETURNS uuid LANGUAGE plpgsql AS
$$ BEGIN RAISE WARNING SQLSTATE '01P99'; RETURN NULL; END $$;
SQL
refused "a function of hers in our schema" 42501 'CREATE EXTENSION pg_replenish'

database
psql -c 'CREATE SCHEMA replenish' -c 'GRANT ALL ON SCHEMA replenish TO mallory'
planted <<'SQL'
CREATE FUNCTION public.same(oid, oid) RETURNS boolean LANGUAGE plpgsql AS
$$ BEGIN RAISE WARNING SQLSTATE '01P99'; RETURN false; END $$;
CREATE OPERATOR replenish.= (FUNCTION = public.same, LEFTARG = oid, RIGHTARG = oid);
SQL
refused "an operator of hers in our schema" 42501 'CREATE EXTENSION pg_replenish'

# The check for strangers runs with her schema on the path, so it must not call what she put there.
database
planted <<'SQL'
CREATE SCHEMA replenish;
CREATE FUNCTION replenish.format(text, name) RETURNS text LANGUAGE plpgsql AS
$$ BEGIN RAISE WARNING SQLSTATE '01P99'; RETURN NULL; END $$;
CREATE FUNCTION replenish.format(text, text, text, name) RETURNS text LANGUAGE plpgsql AS
$$ BEGIN RAISE WARNING SQLSTATE '01P99'; RETURN NULL; END $$;
CREATE FUNCTION replenish.format(text, text, name) RETURNS text LANGUAGE plpgsql AS
$$ BEGIN RAISE WARNING SQLSTATE '01P99'; RETURN NULL; END $$;
CREATE FUNCTION replenish.format(text, regprocedure, name) RETURNS text LANGUAGE plpgsql AS
$$ BEGIN RAISE WARNING SQLSTATE '01P99'; RETURN NULL; END $$;
CREATE FUNCTION replenish.same(oid, oid) RETURNS boolean LANGUAGE plpgsql AS
$$ BEGIN RAISE WARNING SQLSTATE '01P99'; RETURN false; END $$;
CREATE OPERATOR replenish.= (FUNCTION = replenish.same, LEFTARG = oid, RIGHTARG = oid);
SQL
refused "a schema of hers that shadows what the check calls" 42501 'CREATE EXTENSION pg_replenish'

database
psql -c 'CREATE SCHEMA replenish' -c 'GRANT ALL ON SCHEMA replenish TO mallory'
planted <<'SQL'
CREATE TYPE replenish.series_forecast AS (start_date text);
SQL
refused "a type of hers in our schema" 42710 'CREATE EXTENSION pg_replenish'

# Tables of ours may be there already (after DROP EXTENSION ... CASCADE), so tables are judged by install().
database
psql -c 'CREATE SCHEMA replenish' -c 'GRANT ALL ON SCHEMA replenish TO mallory'
planted <<'SQL'
CREATE TABLE replenish.schema_migrations (migration_number integer, migration_name text, applied_at timestamptz, applied_by text, library_version text);
CREATE FUNCTION public.spring() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE WARNING SQLSTATE '01P99'; RETURN NEW; END $$;
CREATE TRIGGER spring BEFORE INSERT ON replenish.schema_migrations FOR EACH ROW EXECUTE FUNCTION public.spring();
SQL
psql -o /dev/null -c 'CREATE EXTENSION pg_replenish' -c 'SELECT replenish.create_roles()'
refused "install() over her table of migrations, by a superuser," 42501 'SELECT replenish.install()'
refused "and by the owner's role" 42501 'SET ROLE replenish_owner; SELECT replenish.install()'

database
psql -c 'CREATE SCHEMA replenish' -c 'GRANT ALL ON SCHEMA replenish TO mallory'
planted <<<'CREATE TABLE replenish.materials (tenant_id uuid, material_id uuid)'
psql -o /dev/null -c 'CREATE EXTENSION pg_replenish' -c 'SELECT replenish.create_roles()'
refused "install() over a table of hers" 42P07 'SET ROLE replenish_owner; SELECT replenish.install()'
psql -At -c "SELECT count(*) FROM pg_class WHERE relnamespace = 'replenish'::regnamespace AND relkind = 'r'" | grep -qx 1 ||
    fail "a refused install() left tables behind"
echo "ok - and leaves nothing behind"

# Schemas of the API's names, with what install_api() itself puts there. It makes both anew: nothing of hers is called
# or kept, and what it would not dare to drop stops it.
before_api() { # makes the database as install_api() finds it
    database
    psql -o /dev/null -c 'CREATE EXTENSION pg_replenish' -c 'SELECT replenish.create_roles()' -c 'SET ROLE replenish_owner' -c 'SELECT replenish.install()'
}
before_api
planted <<'SQL'
CREATE SCHEMA replenish_api;
CREATE SCHEMA replenish_auth;
GRANT ALL ON SCHEMA replenish_api, replenish_auth TO PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA replenish_api, replenish_auth GRANT ALL ON TABLES TO PUBLIC;
CREATE FUNCTION replenish_auth.claims() RETURNS jsonb LANGUAGE plpgsql AS
$$ BEGIN INSERT INTO public.trap VALUES (current_user, 'claims'); RETURN '{"tenant_id": "ca9a47ee-b000-4000-8000-000000000000", "exp": 9999999999}'; END $$;
CREATE FUNCTION replenish_auth.subject() RETURNS text LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.trap VALUES (current_user, 'subject'); RETURN NULL; END $$;
CREATE FUNCTION replenish_auth.enter_tenant_of_token() RETURNS void LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.trap VALUES (current_user, 'enter'); END $$;
CREATE AGGREGATE replenish_api.mine(text) (SFUNC = pg_catalog.textcat, STYPE = text);
CREATE PROCEDURE replenish_api."x; DROP TABLE public.trap"() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.trap VALUES (current_user, 'procedure'); END $$;
CREATE VIEW replenish_api.materials AS SELECT replenish_auth.subject() AS material_code;
CREATE VIEW replenish_api."y; DROP TABLE public.trap" AS SELECT 1 AS one;
SQL
psql -o /dev/null -c 'SELECT replenish.install_api()'
"$SERVER_BIN/psql" -X -q -o /dev/null -c "SELECT set_config('request.jwt.claims', '{}', false)" -c 'SELECT replenish_auth.claims(), replenish_auth.subject()' \
    -c 'SELECT replenish_auth.pre_request()' -c 'SELECT * FROM replenish_api.materials' >/dev/null 2>&1 || true
safe "install_api() over her schemas, with functions and views of hers in them"
hers=$(psql -At <<'SQL'
SELECT 'owns ' || c.oid::regclass FROM pg_class AS c WHERE c.relnamespace::regnamespace::text ~ '^replenish_' AND c.relowner = 'mallory'::regrole
UNION ALL SELECT 'owns ' || p.oid::regprocedure FROM pg_proc AS p WHERE p.pronamespace::regnamespace::text ~ '^replenish_' AND p.proowner = 'mallory'::regrole
UNION ALL SELECT 'may create in ' || n.nspname FROM pg_namespace AS n WHERE n.nspname ~ '^replenish' AND has_schema_privilege('mallory', n.oid, 'CREATE')
UNION ALL SELECT 'may use ' || n.nspname FROM pg_namespace AS n WHERE n.nspname ~ '^replenish' AND has_schema_privilege('mallory', n.oid, 'USAGE')
UNION ALL SELECT 'default privileges in ' || d.defaclnamespace::regnamespace FROM pg_default_acl AS d WHERE d.defaclrole = 'mallory'::regrole
SQL
)
[ -z "$hers" ] || fail "after install_api() mallory $hers"
echo "ok - and nothing of hers is left"
while IFS='|' read -r what state sql; do
    before_api
    planted <<<"$sql"
    refused "install_api() over $what" "$state" 'SELECT replenish.install_api()'
    [ "$(psql -At -c "SELECT count(*) FROM pg_proc WHERE pronamespace = to_regnamespace('replenish_auth')")" = 0 ] || fail "a refused install_api() left functions behind"
done <<'CASES'
a table of hers|2BP01|CREATE SCHEMA replenish_api; CREATE TABLE replenish_api.materials (material_code text)
a type of hers|2BP01|CREATE SCHEMA replenish_auth; CREATE TYPE replenish_auth.claims AS (tenant_id uuid)
a view of hers that stands upon hers|2BP01|CREATE SCHEMA replenish_api; CREATE VIEW replenish_api.materials AS SELECT 1 AS one; CREATE VIEW public.mine AS SELECT * FROM replenish_api.materials
CASES

# Functions, operators, casts and types in public that fit better than the ones in pg_catalog, which
# take any type: whoever calls them by their bare name with public on the path falls into the trap.
database
planted <tests/security/traps.sql
psql -c 'TRUNCATE public.trap'
psql -o /dev/null -c 'CREATE EXTENSION pg_replenish' -c 'SELECT replenish.create_roles()' -c 'SET ROLE replenish_owner' -c 'SELECT replenish.install()'
psql -o /dev/null -c 'SELECT replenish.install_api()'
safe "CREATE EXTENSION, create_roles(), install() and install_api() with public full of traps"
# Who makes the world does not fall into the traps: that is not what is tried here.
PGOPTIONS='-c search_path=pg_catalog' psql -o /dev/null -f tests/security/world.sql
psql -c 'TRUNCATE public.trap'
# The victim is another tenant's login, with the default path and with hers in front. Most of his calls have to be
# answered, or they walked past the traps: 287 are made here and at least 200 answered on a sound product.
victim() { # search_path; sets answered
    psql -c "DROP ROLE IF EXISTS victim" -c "CREATE ROLE victim LOGIN IN ROLE replenish_batch" -c "ALTER ROLE victim SET app.current_tenant_id = 'ca9a47ee-b000-4000-8000-000000000000'"
    PGOPTIONS="-c search_path=$1" "$SERVER_BIN/psql" -X -q -U victim -o /dev/null -f "$CLUSTER/calls.sql" >"$CLUSTER/calls.out" 2>&1 ||
        { tail -n 5 "$CLUSTER/calls.out"; fail "the victim was thrown out"; }
    # What a trap wrote down may have gone with a statement that failed; what it said did not.
    sed -nE 's/.*WARNING:  (sprung .*)/\1/p' "$CLUSTER/calls.out" | sort -u >"$CLUSTER/said"
    answered=$(($(grep -c . "$CLUSTER/calls.sql") - $(grep -c 'ERROR:' "$CLUSTER/calls.out" || true)))
}
source tests/python.sh
python tests/security/victim_calls.py >"$CLUSTER/calls.sql"
[ "$(grep -c . "$CLUSTER/calls.sql")" -gt 100 ] || fail "too few calls to tell anything"
victim '"$user",public'
safe "$(grep -c . "$CLUSTER/calls.sql") calls by another tenant, default search_path ($answered answered)"
[ "$answered" -ge 200 ] || fail "too few of the victim's calls were answered"
victim 'public,pg_catalog,replenish'
safe "the same with public before pg_catalog ($answered answered)"
[ "$answered" -ge 200 ] || fail "too few of the victim's calls were answered"
psql -c 'ALTER FUNCTION replenish.explain_suggestion(uuid) RESET search_path'
victim 'public,pg_catalog'
[ -s "$CLUSTER/said" ] || fail "a trap says nothing"
[ -n "$(sprung)" ] || fail "the traps do not catch a function without a pinned search_path"
echo "ok - the traps catch a function without a pinned search_path: $(sprung)"
tests/server_log.sh "$CLUSTER/server.log"
