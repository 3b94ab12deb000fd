#!/usr/bin/env bash
# Installs Debian packages and cargo-pgrx: what building needs, and with the argument "tests" what
# testing needs. Does nothing twice.
source "$(dirname "$0")/common.sh"

packages=(
    "postgresql-$DEBIAN_MAJOR" "postgresql-server-dev-$DEBIAN_MAJOR" "postgresql-$DEBIAN_MAJOR-cron"
    libclang-dev clang build-essential pkg-config libssl-dev
)
if from_wheel; then packages+=(python3 python3-venv); fi
if from_trixie; then packages+=(mmdebstrap patchelf); fi
if [ "${1:-}" = tests ]; then
    packages+=("postgresql-$DEBIAN_MAJOR-pgtap" libtap-parser-sourcehandler-pgtap-perl
        python3 python3-venv python3-psycopg lintian mmdebstrap)
    packages+=("postgresql-$DEBIAN_MAJOR-plpgsql-check" pgbouncer sqlsmith)
fi
# What is named twice counts once.
mapfile -t packages < <(printf '%s\n' "${packages[@]}" | sort -u)

installed() { dpkg-query -W -f '${Status}\n' "$@" 2>/dev/null | grep -c '^install ok installed'; }

if [ "$(installed "${packages[@]}")" -lt "${#packages[@]}" ]; then
    command -v apt-get >/dev/null || fail "install ${packages[*]}: apt-get is not at hand"
    say "Installing PostgreSQL $DEBIAN_MAJOR and build tools"
    # The package would start a cluster of its own; this project never needs it.
    as_root mkdir -p /etc/postgresql-common
    if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
        echo 'create_main_cluster = false' | as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
    fi
    alive "package lists" as_root apt-get update -q
    alive "packages" as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -q -y --no-install-recommends "${packages[@]}"
fi

command -v cargo >/dev/null || fail "cargo is not on the PATH: install Rust 1.95 from https://rustup.rs"
if ! cargo pgrx --version 2>/dev/null | grep -q " $PGRX_VERSION\$"; then
    say "Installing cargo-pgrx $PGRX_VERSION"
    # A debug build without default features installs extensions as well and compiles six times
    # faster than the documented one.
    alive "cargo-pgrx" env CARGO_TARGET_DIR="$CARGO_TARGET_DIR/cargo-pgrx" \
        cargo install --locked --debug --no-default-features cargo-pgrx --version "$PGRX_VERSION"
fi

if [ "${1:-}" = tests ]; then
    source "$(dirname "$0")/monitoring.sh"
    fetch_monitoring
fi
