#!/usr/bin/env bash
# The files of a release: source tarball, bill of materials, Debian package, checksums. Tarball and
# bill depend on nothing but the commit. Usage: packaging/release.sh FOLDER [COMMIT]; a commit other
# than the one that is checked out, or a tree with changes, is refused.
source "$(dirname "$0")/../pgrx-config/common.sh"

[ $# = 1 ] || [ $# = 2 ] || fail "usage: packaging/release.sh FOLDER [COMMIT]"
commit=$(git rev-parse --verify --quiet "${2:-HEAD}^{commit}") || fail "there is no commit $2"
[ "$commit" = "$(git rev-parse HEAD)" ] || fail "$2 is not checked out: git checkout $2"
[ -z "$(git status --porcelain)" ] || fail "the working tree has changes: commit or stash them"
mkdir -p "$1"
out=$(cd "$1" && pwd)
name=pg_replenish-$(cargo_version)
seconds=$(git log -1 --format=%ct "$commit")

# gzip without a name and a time of its own.
git archive --format=tar --prefix="$name/" "$commit" | gzip -9n >"$out/$name.tar.gz"
python3 packaging/sbom.py "$commit" "$seconds" >"$out/$name.cdx.json"
package=$(SOURCE_DATE_EPOCH=$seconds packaging/deb.sh "$out")
(cd "$out" && sha256sum "$name.tar.gz" "$name.cdx.json" "$(basename "$package")" >SHA256SUMS)
say "Release $name in $out"
cat "$out/SHA256SUMS"
