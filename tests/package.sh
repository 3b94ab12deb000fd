#!/usr/bin/env bash
# The Debian package and the release. The package is installed by dpkg into a root with a server that
# has never seen the extension; there it is created, a night runs, and dpkg takes it away again.
source "$(dirname "$0")/../pgrx-config/cluster.sh"

stage=$CARGO_TARGET_DIR/package-stage
out=$stage/out
as_root rm -rf "$stage"
mkdir -p "$out" "$stage/again"

package=$(packaging/deb.sh "$out")
# A second later: the clock must not show.
sleep 1
again=$(packaging/deb.sh "$stage/again")
cmp "$package" "$again" || fail "the same files gave two packages"
echo "ok - the same files give the same package"
# The address is for whoever publishes it to give; there is no request in Debian's bug tracker to close.
lintian --fail-on error,warning --allow-root \
    --suppress-tags bogus-mail-host,bogus-mail-host-in-debian-changelog,initial-upload-closes-no-bugs "$package" ||
    fail "lintian finds fault with $(basename "$package")"
echo "ok - lintian finds nothing"
dpkg-deb -f "$package" Depends | tr ',' '\n' | sed -E 's/^ *//; s/ .*//' | while read -r needed; do
    dpkg-query -W -f '${Status}\n' "$needed" 2>/dev/null | grep -q '^install ok installed' ||
        fail "the package depends on $needed, which this machine runs without"
done
echo "ok - its dependencies are packages of this Debian"

root=$stage/root
bare_server "$root"
SERVER_BIN=$root$PG_BIN
as_server test -x "$SERVER_BIN/postgres" || fail "the server's account cannot run $SERVER_BIN"
mkdir -p "$root/var/lib/dpkg/info" "$root/var/lib/dpkg/updates"
touch "$root/var/lib/dpkg/status" "$root/var/lib/dpkg/available"
# That root has the server's files but no package database, hence the force.
in_root() { as_root dpkg --root="$root" --force-depends "$@" >"$stage/dpkg.log" 2>&1 || { cat "$stage/dpkg.log"; fail "dpkg $*"; }; }
in_root --install "$package"

start_cluster
install_product
psql -o /dev/null <<'SQL'
SELECT * FROM replenish.load_demo_data();
CALL replenish.run_daily_forecasts();
CALL replenish.run_replenishment();
SQL
made=$(psql -At -c "SELECT (SELECT count(*) FROM replenish.material_forecasts) > 0 AND (SELECT count(*) FROM replenish.replenishment_suggestions) > 0
    AND NOT EXISTS (SELECT FROM replenish.job_runs WHERE run_status <> 'COMPLETED')
    AND NOT EXISTS (SELECT FROM replenish.verify_deployment() WHERE status = 'FAILED')")
[ "$made" = t ] || fail "the night after installing the package was not good"
echo "ok - installed from the package, a night runs and verify_deployment() is content"
tests/server_log.sh "$CLUSTER/server.log"

in_root --remove "$(dpkg-deb -f "$package" Package)"
left=$(find "$root/usr" -name '*pg_replenish*')
[ -z "$left" ] || fail "dpkg --remove left $left"
echo "ok - dpkg takes all of it away again"
as_root rm -rf "$root"

# As its users will: by apt, with its dependencies, on a Debian that knows nothing of us.
tests/package/fresh.sh "$package"

python3 tests/package/meta.py META.json "$(cargo_version)" || fail "META.json does not hold"
sed 's/"apache_2_0"/"apache"/' META.json >"$stage/META.json"
if python3 tests/package/meta.py "$stage/META.json" "$(cargo_version)" 2>/dev/null; then fail "a wrong META.json passes"; fi
echo "ok - META.json keeps PGXN's rules"

# A release is made from a commit: from a clone, so that no change of today gets in.
git clone -q --shared . "$stage/source"
for folder in first second; do
    "$stage/source/packaging/release.sh" "$stage/$folder" >"$stage/release.log" 2>&1 || { cat "$stage/release.log"; fail "release.sh"; }
    (cd "$stage/$folder" && sha256sum --quiet -c SHA256SUMS) || fail "a checksum is wrong"
done
cmp "$stage/first/SHA256SUMS" "$stage/second/SHA256SUMS" || fail "the same commit gave two releases"
name=pg_replenish-$(cargo_version)
tar -tzf "$stage/first/$name.tar.gz" "$name/pg_replenish.control" >/dev/null || fail "the tarball lacks the control file"
python3 - "$stage/first/$name.cdx.json" <<'PY' || fail "the bill of materials does not hold"
import json, sys
bill = json.load(open(sys.argv[1]))
known = {c["bom-ref"]: c for c in bill["components"]}
assert {"pgrx", "statrs", "forecasting"} <= {c["name"] for c in known.values()}
assert "proptest" not in {c["name"] for c in known.values()}, "what only tests use is not linked"
assert all("licenses" in c for c in known.values()), [r for r, c in known.items() if "licenses" not in c]
assert all(set(d["dependsOn"]) <= known.keys() for d in bill["dependencies"])
PY
echo dirt >>"$stage/source/README.md"
if "$stage/source/packaging/release.sh" "$stage/third" >/dev/null 2>&1; then fail "a changed tree makes a release"; fi
echo "ok - one commit makes one release, to the byte; a changed tree makes none"
