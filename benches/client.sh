#!/usr/bin/env bash
# What a user would do without the extension: read the table, fit with statsforecast, copy back.
# Argument: the tenant. The cluster is that of the caller (PGHOST).
source "$(dirname "$0")/../pgrx-config/common.sh"

venv=$CARGO_TARGET_DIR/peers
if [ ! -x "$venv/bin/python" ]; then python3 -m venv "$venv"; fi
alive "statsforecast" "$venv/bin/pip" install -q statsforecast==2.1.1 'psycopg[binary]==3.2.9'
export OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1 NIXTLA_NUMBA_CACHE=1
"$venv/bin/python" benches/client.py "$1"
