#!/usr/bin/env bash
# Nobody sees another tenant's rows. Each part has a cluster of its own.
source "$(dirname "$0")/../pgrx-config/common.sh"

# plpgsql_check comes with Debian's server alone, and the code is the same for all.
if ! from_wheel; then
    say "Security: linters"
    tests/security/linters.sh
fi
say "Security: hostile objects"
tests/security/hostile.sh
say "Security: attacks"
tests/security/attacks.sh
say "Security: attacks without preloading"
tests/security/attacks.sh unpreloaded
