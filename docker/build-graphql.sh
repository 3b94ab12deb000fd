#!/usr/bin/env bash
# Lays the GraphQL server with its packages out below a folder, which then needs nothing but Node. Usage: docker/build-graphql.sh FOLDER
set -euo pipefail

[ $# = 1 ] || { echo "usage: docker/build-graphql.sh FOLDER" >&2; exit 2; }
source=$(dirname "$0")/../api
mkdir -p "$1"
cp "$source"/graphql/*.mjs "$source"/graphql/schema.graphql "$source"/graphql/package*.json "$1/"
# Tokens for a demo are signed with what is there already.
cp "$source/token.mjs" "$1/token.mjs"
npm ci --prefix "$1" --omit=dev --no-audit --no-fund
