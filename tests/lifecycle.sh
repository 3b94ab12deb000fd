#!/usr/bin/env bash
# The life of a deployment: dump, restore, upgrade, failed upgrade, standby, replication, drops.
# Arguments: parts to run, such as "upgrade standby".
source "$(dirname "$0")/../pgrx-config/common.sh"

parts=("$@")
if [ ${#parts[@]} = 0 ]; then parts=(drops dump_restore upgrade standby replication partitions); fi
for part in "${parts[@]}"; do
    say "Life cycle: $part"
    started=$SECONDS
    "tests/lifecycle/$part.sh"
    echo "# $part: $((SECONDS - started)) s"
done
