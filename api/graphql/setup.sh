#!/usr/bin/env bash
# Node and the packages of the GraphQL server. Does nothing twice.
source "$(dirname "$0")/../../pgrx-config/common.sh"
source pgrx-config/node.sh
setup_node
npm_ci api/graphql
