#!/usr/bin/env bash
# Builds the extension and lays its files out below a folder, as usr/lib/postgresql/…: what the
# Dockerfile's first stage runs and its second one copies. Usage: docker/build.sh FOLDER
source "$(dirname "$0")/../pgrx-config/common.sh"

[ $# = 1 ] || fail "usage: docker/build.sh FOLDER"
mkdir -p "$1"
out=$(cd "$1" && pwd)
pgrx-config/setup.sh
pgrx-config/build.sh
cp -r "$CARGO_TARGET_DIR/package/usr" "$out/"
for file in "usr/lib/postgresql/$PG_MAJOR/lib/pg_replenish.so" "usr/share/postgresql/$PG_MAJOR/extension/pg_replenish.control"; do
    [ -f "$out/$file" ] || fail "the build left no $file"
done
