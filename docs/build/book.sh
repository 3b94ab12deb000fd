#!/usr/bin/env bash
# Builds the book and checks its links: docs/build/book.sh [FOLDER]; without one, target/book. The SQL reference is
# written anew from the catalog of what is built. Warnings and dead links end it with an error.
source "$(dirname "$0")/../../pgrx-config/cluster.sh"
source pgrx-config/tools.sh

out=${1:-$CARGO_TARGET_DIR/book}
# The book has the layout of the repository, so that a link holds in both.
stage=$CARGO_TARGET_DIR/book-source
rm -rf "$stage" "$out"
mkdir -p "$stage"
git ls-files -co --exclude-standard -- '*.md' docs monitoring docker packaging api/postgrest.conf LICENSE ':!docs/build' ':!.github' |
    while IFS= read -r file; do
        # What was removed and not committed yet is listed as well.
        if [ -f "$file" ]; then install -D -m 644 "$file" "$stage/$file"; fi
    done
mv "$stage/docs/book.toml" "$stage/"
# Links of the summary are relative to docs/, those of the book to the repository.
sed -E 's,\]\(\.\./,](,; t; s,\]\(,](docs/,' "$stage/docs/SUMMARY.md" >"$stage/SUMMARY.md"
rm "$stage/docs/SUMMARY.md"

start_cluster
install_product
python3 docs/build/reference.py "$stage/docs/reference" < <(psql -At -f docs/build/reference.sql)

mdbook build -d "$out" "$stage" >"$CLUSTER/mdbook.log" 2>&1 || { cat "$CLUSTER/mdbook.log"; fail "mdbook"; }
if grep -iE 'warn|error' "$CLUSTER/mdbook.log"; then fail "mdbook warns"; fi
python3 docs/build/links.py "$out"
echo "the book is in $out"
