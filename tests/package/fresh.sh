#!/usr/bin/env bash
# The Debian package on a fresh Debian 12: apt installs it with what it depends on, Debian's own cluster starts with the library,
# the extension is created, a night runs, and apt takes it away again. In a root of its own below the target folder, in
# namespaces of its own: nothing that is started there outlives the test. Usage: fresh.sh PACKAGE.deb
source "$(dirname "$0")/../../pgrx-config/common.sh"

[ $# = 1 ] || fail "usage: tests/package/fresh.sh PACKAGE.deb"
root=$CARGO_TARGET_DIR/fresh-debian
trap 'as_root rm -rf "$root"' EXIT
as_root rm -rf "$root"
alive "a fresh Debian 12" as_root mmdebstrap --quiet --mode=root --variant=minbase \
    --dpkgopt=force-unsafe-io --aptopt='Acquire::Retries "5"' --include=ca-certificates bookworm "$root" ${BOOKWORM_MIRROR:-}
as_root cp "$1" "$root/package.deb"
as_root cp /etc/resolv.conf /etc/hosts "$root/etc/"
as_root tee "$root/inside.sh" >/dev/null <<'INSIDE'
set -eu
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount -t proc proc /proc
mkdir -p /dev/shm
mount -t tmpfs tmpfs /dev/shm
# There is no init here: services do not start by themselves.
printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
chmod +x /usr/sbin/policy-rc.d
quietly() { "$@" >/log 2>&1 || { cat /log; exit 1; }; }
# A root that is thrown away needs no writes to be safe.
echo force-unsafe-io >/etc/dpkg/dpkg.cfg.d/unsafe
echo 'Acquire::Retries "5";' >/etc/apt/apt.conf.d/retries
quietly apt-get update -q
quietly apt-get install -q -y --no-install-recommends /package.deb
name=$(dpkg-deb -f /package.deb Package)
[ -z "$(dpkg --audit)" ] || { dpkg --audit; exit 1; }
echo "ok - apt installs $name with $(dpkg-query -W -f '${Package} ${Version}' postgresql-15)"
echo "shared_preload_libraries = 'pg_replenish'" >>/etc/postgresql/15/main/postgresql.conf
pg_ctlcluster 15 main start || { cat /var/log/postgresql/*.log; exit 1; }
cat >/check.sql <<'SQL'
CREATE EXTENSION pg_replenish;
SELECT count(*) AS roles FROM replenish.create_roles();
SET ROLE replenish_owner;
SELECT count(*) > 0 AS installed FROM replenish.install();
RESET ROLE;
SELECT count(*) AS materials FROM replenish.load_demo_data();
CALL replenish.run_daily_forecasts();
CALL replenish.run_replenishment();
DO $$
BEGIN
    ASSERT (SELECT count(*) FROM replenish.material_forecasts) = 270, 'forecasts are missing';
    ASSERT (SELECT count(*) FROM replenish.replenishment_suggestions) > 0, 'nothing is suggested';
    ASSERT NOT EXISTS (SELECT FROM replenish.verify_deployment() WHERE status = 'FAILED'), 'verify_deployment() finds faults';
END $$;
SQL
quietly setpriv --reuid=postgres --regid=postgres --init-groups psql -X -q -v ON_ERROR_STOP=1 -f /check.sql
echo "ok - CREATE EXTENSION works on it, and so does a night"
pg_ctlcluster 15 main stop
quietly apt-get purge -q -y "$name"
left=$(find / -xdev -name '*pg_replenish*' -not -path '/proc/*')
[ -z "$left" ] || { echo "apt left $left"; exit 1; }
echo "ok - apt takes it away again"
INSIDE
as_root unshare --mount --pid --fork --kill-child chroot "$root" /usr/bin/env -i /bin/sh /inside.sh || fail "the package does not work on a fresh Debian 12"
