#!/usr/bin/env bash
# Check 8: objects that an attacker put in place before CREATE EXTENSION, before install() and before
# others call the product's functions. Each is refused with a clear error, or harmless: the trap, a
# table that every planted function writes to, stays empty.
# Seen to fail: with the check for strangers calling format() by its bare name hers ran as superuser;
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
sprung() { psql -At -c "SELECT coalesce(string_agg(DISTINCT who || ': ' || what, ', '), '') FROM public.trap"; }
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
$$ BEGIN INSERT INTO public.trap VALUES (current_user, 'current_tenant_id'); RETURN NULL; END $$;
SQL
refused "a function of hers in our schema" 42501 'CREATE EXTENSION pg_replenish'

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
$$ BEGIN INSERT INTO public.trap VALUES (current_user, 'schema_migrations'); RETURN NEW; END $$;
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
# The victim is another tenant's login, with the default path and with hers in front.
victim() {
    psql -c "DROP ROLE IF EXISTS victim" -c "CREATE ROLE victim LOGIN IN ROLE replenish_batch" -c "ALTER ROLE victim SET app.current_tenant_id = 'ca9a47ee-b000-4000-8000-000000000000'"
    PGOPTIONS="-c search_path=$1" "$SERVER_BIN/psql" -X -q -U victim -o /dev/null -f "$CLUSTER/calls.sql" >"$CLUSTER/calls.out" 2>&1 || true
}
source tests/python.sh
python tests/security/victim_calls.py >"$CLUSTER/calls.sql"
[ "$(grep -c . "$CLUSTER/calls.sql")" -gt 100 ] || fail "too few calls to tell anything"
victim '"$user",public'
safe "$(grep -c . "$CLUSTER/calls.sql") calls by another tenant, default search_path"
victim 'public,pg_catalog,replenish'
safe "the same with public before pg_catalog"
psql -c 'ALTER FUNCTION replenish.explain_suggestion(uuid) RESET search_path'
victim 'public,pg_catalog'
[ -n "$(sprung)" ] || fail "the traps do not catch a function without a pinned search_path"
echo "ok - the traps catch a function without a pinned search_path: $(sprung)"
tests/server_log.sh "$CLUSTER/server.log"
