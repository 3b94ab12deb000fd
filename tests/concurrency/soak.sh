#!/usr/bin/env bash
# For make soak: the storm for so many minutes (the catalogue's figure is 240). Argument: minutes.
set -euo pipefail
cd "$(dirname "$0")/../.."
tests/concurrency/storm.sh $((${1:-240} * 60))
