#!/usr/bin/env bash
# Builds the extension and puts it into a private copy of PostgreSQL under the target folder:
# nothing that is installed on this machine changes, no running cluster notices.
source "$(dirname "$0")/common.sh"

if from_wheel; then
    source pgrx-config/wheel.sh
    unpack_wheel
elif from_trixie; then
    source pgrx-config/trixie.sh
    unpack_trixie
fi
# Cargo builds pgrx anew when this file is touched, so it is written only when it changes.
mkdir -p "$PGRX_HOME"
config=$(printf '[configs]\npg%s = "%s/pg_config"' "$PG_MAJOR" "$PG_BIN")
if [ "$config" != "$(cat "$PGRX_HOME/config.toml" 2>/dev/null)" ]; then
    printf '%s\n' "$config" >"$PGRX_HOME/config.toml"
fi

say "Building pg_replenish for PostgreSQL $PG_MAJOR"
package=$CARGO_TARGET_DIR/package
alive "extension" cargo pgrx package --features "pg$PG_MAJOR" --no-default-features \
    --pg-config "$PG_BIN/pg_config" --out-dir "$package"

if from_wheel; then
    # The package holds the files below the very path that pg_config gives.
    cp -r --remove-destination "$package$(realpath "$WHEEL_HOME")/." "$WHEEL_HOME/"
    exit
fi
root=$(server_root)
if from_trixie; then
    cp -r --remove-destination "$package$(realpath "$root")/usr" "$root/"
    exit
fi
# PostgreSQL finds its folders relative to its programs, so a copy of the tree is a server.
# It is made anew when the installed server changes or gets another extension.
if [ ! -x "$root$PG_BIN/postgres" ] || [ "$PG_BIN/postgres" -nt "$root$PG_BIN/postgres" ] ||
    [ "/usr/share/postgresql/$PG_MAJOR/extension" -nt "$root$PG_BIN/postgres" ]; then
    rm -rf "$root"
    mkdir -p "$root"
    cp -rL --parents "$PG_BIN" "/usr/share/postgresql/$PG_MAJOR" "$root"
    (cd / && find "usr/lib/postgresql/$PG_MAJOR/lib" -name '*.so' -not -name 'llvmjit*') |
        (cd / && xargs cp -L --parents -t "$root")
fi
# New files in place of the old: a server that runs keeps those it has mapped.
cp -r --remove-destination "$package/usr" "$root/"
