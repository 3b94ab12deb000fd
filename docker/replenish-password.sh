#!/usr/bin/env bash
# Gives a role the password that a file holds. Usage: replenish-password ROLE FILE [psql argument …]
set -euo pipefail

[ $# -ge 2 ] || { echo "usage: replenish-password ROLE FILE [psql argument …]" >&2; exit 2; }
role=$1 file=$2
shift 2
[ -r "$file" ] || { echo "$file cannot be read" >&2; exit 1; }
# From standard input, so that no list of processes shows it; psql's variables quote both.
printf '\\set role %s\n\\set password `cat %q`\nALTER ROLE :"role" PASSWORD :%s;\n' "$role" "$file" "'password'" |
    psql -X -q -v ON_ERROR_STOP=1 "$@"
