#!/usr/bin/env bash
# Formatting and clippy, warnings denied; spelling, licences and sources of what is linked, the Dockerfiles, long files.
source "$(dirname "$0")/../pgrx-config/common.sh"

cargo fmt --all --check
cargo clippy -q -p demand -p forecasting -p inventory -p reserve --all-targets -- -D warnings
# The same environment as the build, so that nothing is compiled twice.
PGRX_PG_CONFIG_PATH=$PG_BIN/pg_config PGRX_PG_CONFIG_AS_ENV=false \
    cargo clippy -q -p pg_replenish --features "pg$PG_MAJOR" --no-default-features -- -D warnings
echo "formatting and clippy: clean"
source pgrx-config/tools.sh
typos
cargo deny --log-level error check -A license-exception-not-encountered bans licenses sources
# The fuzz targets link less than the extension, so some licences do not come up there.
(cd fuzz && cargo deny --log-level error --config ../deny.toml check -A license-not-encountered -A license-exception-not-encountered bans licenses sources)
# Which versions of Debian's packages go into an image is for Debian's updates to say.
hadolint --ignore DL3008 docker/Dockerfile*
echo "spelling, licences and Dockerfiles: clean"
# What a person reads in one go; lock files and reference data are not read.
long=$(git ls-files -- ':!*.lock' ':!*package-lock.json' ':!*/data/*' | xargs wc -l | awk '$1 > 800 && $2 != "total"')
[ -z "$long" ] || fail "files of more than 800 lines: $long"
echo "no file has more than 800 lines"
