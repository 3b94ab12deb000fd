#!/usr/bin/env bash
# Several sessions at once: races step by step, whole runs, a storm, and the same bytes from any of them.
set -euo pipefail
cd "$(dirname "$0")/.."
tests/concurrency/isolation.sh
tests/concurrency/runs.sh
tests/concurrency/storm.sh 60
tests/concurrency/same.sh
