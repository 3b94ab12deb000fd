#!/usr/bin/env bash
# Nobody sees another tenant's rows. Each part has a cluster of its own.
source "$(dirname "$0")/../pgrx-config/common.sh"

# The linters and the attacks need plpgsql_check and pg_cron, which the wheel's servers lack.
if from_wheel; then exec tests/security/hostile.sh; fi
say "Security: linters"
tests/security/linters.sh
say "Security: hostile objects"
tests/security/hostile.sh
say "Security: attacks"
tests/security/attacks.sh
say "Security: attacks without preloading"
tests/security/attacks.sh unpreloaded
