// PostGraphile with our operations and nothing it would make up by itself.

import { makePgService } from "postgraphile/adaptors/pg";
import { getOperationAST, NoSchemaIntrospectionCustomRule } from "postgraphile/graphql";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { maskError } from "./errors.mjs";
import { OperationsPlugin } from "./plugin.mjs";
import { FieldLimit, OperationLimit } from "./rules.mjs";

const rulesPlugin = (introspection) => ({
  name: "ReplenishRulesPlugin",
  version: "1.0.0",
  grafserv: {
    middleware: {
      setPreset(next, event) {
        event.validationRules.push(OperationLimit, FieldLimit);
        if (!introspection) event.validationRules.push(NoSchemaIntrospectionCustomRule);
        return next();
      },
    },
  },
});

/**
 * The settings of one request's transactions, in this order: the tenant while the session still has
 * the login role, which may choose it; then the role, which may not.
 */
export function pgSettings(claims, isQuery) {
  return {
    "app.current_tenant_id": claims.tenant_id,
    "request.jwt.claims": JSON.stringify(claims),
    role: claims.role ?? "replenish_api_user",
    ...(isQuery ? { transaction_read_only: "on" } : {}),
  };
}

export function makePreset({ pool, claimsOf, introspection, graphiql }) {
  return {
    extends: [PostGraphileAmberPreset],
    plugins: [OperationsPlugin, rulesPlugin(introspection)],
    disablePlugins: ["QueryQueryPlugin", "NodePlugin", "RegisterQueryNodePlugin", "SubscriptionPlugin"],
    // No schema is looked at: what clients see is schema.graphql alone.
    pgServices: [makePgService({ pool, schemas: [] })],
    grafserv: {
      graphqlPath: "/graphql",
      graphiqlPath: "/graphiql",
      graphiql,
      graphiqlOnGraphQLGET: false,
      graphqlOverGET: false,
      watch: false,
      websockets: false,
      maxRequestLength: 100_000,
      maskError,
    },
    grafast: {
      explain: false,
      context(requestContext, args) {
        const operation = getOperationAST(args.document, args.operationName);
        return { pgSettings: pgSettings(claimsOf(requestContext.node.req), operation?.operation === "query") };
      },
    },
  };
}
