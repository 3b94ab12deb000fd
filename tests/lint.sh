#!/usr/bin/env bash
# Formatting and clippy, warnings denied.
source "$(dirname "$0")/../pgrx-config/common.sh"

cargo fmt --all --check
cargo clippy -q -p demand -p forecasting -p inventory -p reserve --all-targets -- -D warnings
# The same environment as the build, so that nothing is compiled twice.
PGRX_PG_CONFIG_PATH=$PG_BIN/pg_config PGRX_PG_CONFIG_AS_ENV=false \
    cargo clippy -q -p pg_replenish --features "pg$PG_MAJOR" --no-default-features -- -D warnings
echo "formatting and clippy: clean"
