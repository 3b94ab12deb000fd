#!/usr/bin/env bash
# Nobody sees another tenant's rows. Each part has a cluster of its own.
source "$(dirname "$0")/../pgrx-config/common.sh"

# The linters need plpgsql_check, which the wheel's servers lack; what they read is the same in all versions.
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
