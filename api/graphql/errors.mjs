// What a client reads when something goes wrong: PostgreSQL's own words where they are about the
// request, an id to look up in the log where they are about us.

import { randomUUID } from "node:crypto";
import { GraphQLError } from "postgraphile/graphql";

// Classes that speak of the request: data, constraints, privileges, state, limits, cancelled, ours.
const ABOUT_THE_REQUEST = /^(0A|22|23|25|40|42501|54|55|57014|P0|PT)/;
// No connection, the server shutting down or full, or our own login or database refused.
const UNREACHABLE = /^(08|57P|53|28|3D)/;
const NO_CONNECTION = new Set(["ECONNREFUSED", "ENOENT", "ECONNRESET", "ETIMEDOUT", "EPIPE"]);

export const isUnreachable = (error) =>
  UNREACHABLE.test(error.code ?? "") ||
  NO_CONNECTION.has(error.code) ||
  /timeout exceeded when trying to connect|Connection terminated|connection error and is not queryable|Client was closed/.test(error.message);

function words(cause) {
  if (isUnreachable(cause)) {
    console.error("database unreachable:", cause.message);
    return {
      message: "the database does not answer",
      extensions: { code: "08006", hint: "Try again in a minute; if it stays, tell the administrator." },
    };
  }
  if (cause.severity && ABOUT_THE_REQUEST.test(cause.code ?? "")) {
    const { code, detail, hint } = cause;
    return { message: cause.message, extensions: { code, detail, hint } };
  }
  const errorId = randomUUID();
  console.error(`internal error ${errorId}:`, cause);
  return {
    message: "something went wrong inside",
    extensions: { code: "XX000", hint: "Tell the administrator the errorId.", errorId },
  };
}

/** For grafserv: errors of GraphQL itself pass as they are. */
export function maskError(error) {
  const cause = error.originalError;
  if (!cause || cause instanceof GraphQLError) return error;
  const { message, extensions } = words(cause);
  return new GraphQLError(message, {
    nodes: error.nodes,
    source: error.source,
    positions: error.positions,
    path: error.path,
    extensions,
  });
}
