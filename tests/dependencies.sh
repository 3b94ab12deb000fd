#!/usr/bin/env bash
# What make lint has no time for: dependencies that nothing uses (cargo-machete, compiled once), and known
# holes in those that are used (RustSec's database, which comes over the network).
source "$(dirname "$0")/../pgrx-config/common.sh"
source pgrx-config/tools.sh
MACHETE_VERSION=0.9.2

home=$CARGO_TARGET_DIR/machete-$MACHETE_VERSION
if [ ! -x "$home/bin/cargo-machete" ]; then
    alive "cargo-machete" env CARGO_TARGET_DIR="$home/build" \
        cargo install --locked --root "$home" cargo-machete --version "$MACHETE_VERSION"
    rm -rf "$home/build"
fi
"$home/bin/cargo-machete" . fuzz
if [ -n "${ADVISORIES:-}" ]; then
    cargo deny --log-level warn check advisories
else
    echo "advisories: not looked at; ADVISORIES=1 fetches RustSec's database"
fi
