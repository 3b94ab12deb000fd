#!/usr/bin/env bash
# Installs the extension into the server that PG_CONFIG speaks for. Needs its headers.
source "$(dirname "$0")/common.sh"

PG_CONFIG=$(command -v "${PG_CONFIG:-pg_config}") || fail "pg_config is not at hand: pass PG_CONFIG=/path/to/pg_config"
major=$("$PG_CONFIG" --version | sed -E 's/^PostgreSQL ([0-9]+).*/\1/')
case $major in
15 | 16 | 17 | 18) ;;
*) fail "PostgreSQL $major is not supported: 15 to 18 are" ;;
esac
cargo pgrx --version 2>/dev/null | grep -q " $PGRX_VERSION\$" ||
    fail "cargo-pgrx $PGRX_VERSION is missing: make setup, or cargo install --locked cargo-pgrx --version $PGRX_VERSION"

export PGRX_HOME=$CARGO_TARGET_DIR/pgrx-install
mkdir -p "$PGRX_HOME"
printf '[configs]\npg%s = "%s"\n' "$major" "$PG_CONFIG" >"$PGRX_HOME/config.toml"
package=$CARGO_TARGET_DIR/install-$major
alive "extension for PostgreSQL $major" cargo pgrx package --no-default-features --features "pg$major" \
    --pg-config "$PG_CONFIG" --out-dir "$package"
say "Copying to $("$PG_CONFIG" --pkglibdir) and $("$PG_CONFIG" --sharedir)/extension"
install_to=("$("$PG_CONFIG" --pkglibdir)" "$("$PG_CONFIG" --sharedir)/extension")
copy=(install -m 644)
if [ ! -w "${install_to[0]}" ] || [ ! -w "${install_to[1]}" ]; then copy=(as_root "${copy[@]}"); fi
"${copy[@]}" "$(find "$package" -name 'pg_replenish.so')" "${install_to[0]}/"
find "$package" -path '*extension/pg_replenish*' -print0 |
    while IFS= read -r -d '' file; do "${copy[@]}" "$file" "${install_to[1]}/"; done
cat <<'NEXT'
Next, in postgresql.conf: shared_preload_libraries = 'pg_replenish' (and pg_cron for the nights); restart. Then:
  CREATE EXTENSION pg_replenish;
  SELECT replenish.create_roles();
  SET ROLE replenish_owner;
  SELECT * FROM replenish.install();
NEXT
