#!/usr/bin/env bash
# Draws the pictures of docs/concepts from what the built extension answers: docs/build/pictures.sh [FOLDER].
source "$(dirname "$0")/../../pgrx-config/cluster.sh"

folder=${1:-docs/concepts/pictures}
start_cluster
psql -o /dev/null -c 'CREATE EXTENSION pg_replenish'
psql -f docs/build/pictures.sql >"$CLUSTER/figures.csv"
python3 docs/build/pictures.py "$folder" <"$CLUSTER/figures.csv"
