#!/usr/bin/env bash
# Freezes what is built as a release: its install script and the md5 of its migrations under
# sql/releases/, and the upgrade script from the release before it under sql/. From then on
# tests/lifecycle/upgrade.sh tests the way from there to whatever is built.
source "$(dirname "$0")/common.sh"

version=$(cargo_version)
built=$(server_share)/extension/pg_replenish--$version.sql
frozen=sql/releases/pg_replenish--$version.sql
[ -f "$built" ] || fail "version $version is not built: make build"
[ ! -e "$frozen" ] || fail "version $version is released already: raise the version in Cargo.toml"
former=$(find sql/releases -name 'pg_replenish--*.sql' -printf '%f\n' | sed -E 's/pg_replenish--(.*)\.sql/\1/' | sort -V | tail -n 1)
mkdir -p sql/releases
cp "$built" "$frozen"
(cd sql/migrations && md5sum ./*.sql) >"sql/releases/$version.migrations"
say "Frozen: $frozen and sql/releases/$version.migrations"
if [ -n "$former" ]; then
    upgrade=sql/pg_replenish--$former--$version.sql
    python3 pgrx-config/upgrade_script.py symbols "sql/releases/pg_replenish--$former.sql" "$frozen"
    python3 pgrx-config/upgrade_script.py script "sql/releases/pg_replenish--$former.sql" "$frozen" >"$upgrade"
    say "Written: $upgrade. Read it, then tests/lifecycle.sh upgrade."
fi
