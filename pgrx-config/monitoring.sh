# Prometheus and its exporters for the tests: Debian's packages, unpacked under the target folder.
# They are not installed, so no service starts, now or after the next boot. Source it from bash.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

MONITORING=$CARGO_TARGET_DIR/monitoring
MONITORING_PACKAGES=(prometheus prometheus-postgres-exporter prometheus-node-exporter)

fetch_monitoring() {
    local package missing=()
    for package in "${MONITORING_PACKAGES[@]}"; do
        [ -x "$MONITORING/usr/bin/$package" ] || missing+=("$package")
    done
    if [ ${#missing[@]} = 0 ]; then return; fi
    say "Fetching ${missing[*]}"
    local downloads
    downloads=$(mktemp -d)
    # apt reads as an account of its own.
    chmod 755 "$downloads"
    if ! (cd "$downloads" && apt-get download -q "${missing[@]}") >"$downloads/log" 2>&1; then
        alive "package lists" as_root apt-get update -q
        (cd "$downloads" && apt-get download -q "${missing[@]}") >"$downloads/log" 2>&1 ||
            { cat "$downloads/log" >&2; fail "apt-get download ${missing[*]}"; }
    fi
    mkdir -p "$MONITORING"
    for package in "$downloads"/*.deb; do dpkg -x "$package" "$MONITORING"; done
    rm -rf "$downloads"
}
