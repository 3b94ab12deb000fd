#!/usr/bin/env bash
# Packs what pgrx-config/build.sh made as a Debian package. The same files give the same package, byte
# for byte. Usage: packaging/deb.sh FOLDER; prints the package's path. Who publishes it says who they
# are by DEBFULLNAME and DEBEMAIL, as for Debian's own tools.
source "$(dirname "$0")/../pgrx-config/common.sh"

[ $# = 1 ] || fail "usage: packaging/deb.sh FOLDER"
if from_wheel || from_trixie; then fail "Debian's packages are for this Debian's PostgreSQL: PG=$PG_MAJOR is not"; fi
built=$CARGO_TARGET_DIR/package
library=usr/lib/postgresql/$PG_MAJOR/lib/pg_replenish.so
extension=usr/share/postgresql/$PG_MAJOR/extension
[ -f "$built/$library" ] || fail "nothing is built for PostgreSQL $PG_MAJOR: make build"
mkdir -p "$1"
out=$(cd "$1" && pwd)
version=$(cargo_version)
name=postgresql-$PG_MAJOR-pg-replenish
maintainer="${DEBFULLNAME:-pg_replenish packagers} <${DEBEMAIL:-packagers@pg-replenish.invalid}>"
# All times in the package are the commit's.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export SOURCE_DATE_EPOCH

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
doc=$root/usr/share/doc/$name
mkdir -p "$root/DEBIAN" "$root/$(dirname "$library")" "$root/$extension" "$doc" "$work/debian"
strip --strip-unneeded -o "$root/$library" "$built/$library"
cp "$built/$extension/pg_replenish.control" "$built/$extension"/pg_replenish--*.sql "$root/$extension/"
chmod 644 "$root/$library" "$root/$extension"/*

cat >"$doc/copyright" <<COPYRIGHT
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: pg_replenish

Files: *
Copyright: $(date -u -d "@$SOURCE_DATE_EPOCH" +%Y) the pg_replenish contributors
License: Apache-2.0
 On Debian systems the text of the Apache License, version 2.0, is in
 /usr/share/common-licenses/Apache-2.0.
COPYRIGHT
gzip -9n >"$doc/changelog.Debian.gz" <<CHANGELOG
$name ($version-1) unstable; urgency=medium

  * Version $version. CHANGELOG.md of the source says what is new.

 -- $maintainer  $(LC_ALL=C date -u -R -d "@$SOURCE_DATE_EPOCH")
CHANGELOG

# dpkg-shlibdeps reads the library's symbols and says which versions of libc and libgcc have them.
printf 'Source: pg-replenish\n\nPackage: %s\nArchitecture: any\n' "$name" >"$work/debian/control"
libraries=$(cd "$work" && dpkg-shlibdeps -O "$root/$library" 2>"$work/shlibdeps.log" | sed -n 's/^shlibs:Depends=//p')
[ -n "$libraries" ] || { cat "$work/shlibdeps.log" >&2; fail "dpkg-shlibdeps found no dependencies"; }
cat >"$root/DEBIAN/control" <<CONTROL
Package: $name
Source: pg-replenish
Version: $version-1
Architecture: $(dpkg --print-architecture)
Maintainer: $maintainer
Installed-Size: $(du -sk --apparent-size "$root/usr" | cut -f 1)
Depends: postgresql-$PG_MAJOR, $libraries
Suggests: postgresql-$PG_MAJOR-cron
Section: database
Priority: optional
Description: demand forecasts and replenishment inside PostgreSQL $PG_MAJOR
 The extension pg_replenish forecasts demand and proposes what to order when,
 inside the database, next to the data and under row-level security. Its
 functions take arrays, rows or tables; its tables keep versions, intervals
 and accuracy; its procedures run every night, by pg_cron or any scheduler.
CONTROL
(cd "$root" && find usr -type f -print0 | sort -z | xargs -0 md5sum) >"$root/DEBIAN/md5sums"
find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
package=$out/${name}_$version-1_$(dpkg --print-architecture).deb
dpkg-deb --root-owner-group -Zxz --build "$root" "$package" >/dev/null
echo "$package"
