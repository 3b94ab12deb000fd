#!/usr/bin/env bash
# Starts the GraphQL server with the pinned Node; settings as environment variables, see docs/api.md.
source "$(dirname "$0")/../../pgrx-config/common.sh"
source pgrx-config/node.sh
setup_node
npm_ci api/graphql
exec node api/graphql/server.mjs
