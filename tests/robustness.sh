#!/usr/bin/env bash
# No call outlasts its cancel, no backend grows, no query brings the server down. Bad values have a lane of their
# own in run.sh: robustness/bad_values.sh.
source "$(dirname "$0")/../pgrx-config/common.sh"

say "Robustness: what the server's log shows"
tests/robustness/server_log.sh
say "Robustness: cancels, memory of one backend"
tests/robustness/limits.sh
say "Robustness: memory of 10,000 materials"
tests/robustness/peak_memory.sh
say "Robustness: sqlsmith"
tests/robustness/sqlsmith.sh
