# A Python environment of the tests' own under the target folder, with pinned packages. Source it
# after pgrx-config/common.sh or cluster.sh, then: python tests/….py

VENV=$CARGO_TARGET_DIR/venv
if ! cmp -s tests/requirements.txt "$VENV/requirements.txt"; then
    say "Python packages of the tests"
    rm -rf "$VENV"
    python3 -m venv "$VENV" || fail "python3-venv is missing: pgrx-config/setup.sh tests"
    "$VENV/bin/pip" install -q --disable-pip-version-check -r tests/requirements.txt
    cp tests/requirements.txt "$VENV/requirements.txt"
fi
export PYTHONPATH=$PWD/tests/lib:$PWD/tests/security:$PWD/tests/robustness PYTHONDONTWRITEBYTECODE=1
python() { "$VENV/bin/python" "$@"; }
