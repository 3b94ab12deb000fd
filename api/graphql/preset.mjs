// PostGraphile with our operations and nothing it would make up by itself.

import { makePgService } from "postgraphile/adaptors/pg";
import { getOperationAST, GraphQLError, NoSchemaIntrospectionCustomRule } from "postgraphile/graphql";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { maskError } from "./errors.mjs";
import { OperationsPlugin } from "./plugin.mjs";

// A dashboard asks for about ten at once.
const MAX_ROOT_FIELDS = 25;

/** Aliases make one request out of a thousand: this bounds it. */
function RootFieldLimit(context) {
  let count = 0;
  return {
    Field() {
      const parent = context.getParentType();
      const schema = context.getSchema();
      if (parent !== schema.getQueryType() && parent !== schema.getMutationType()) return;
      count += 1;
      if (count === MAX_ROOT_FIELDS + 1) {
        context.reportError(
          new GraphQLError(`a request may ask for at most ${MAX_ROOT_FIELDS} operations`, {
            extensions: { code: "54000", hint: "Split it." },
          }),
        );
      }
    },
  };
}

const rulesPlugin = (introspection) => ({
  name: "ReplenishRulesPlugin",
  version: "1.0.0",
  grafserv: {
    middleware: {
      setPreset(next, event) {
        event.validationRules.push(RootFieldLimit);
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
