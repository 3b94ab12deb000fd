// Settings from the environment. Secrets may come as files: NAME_FILE holds the path.

import { readFileSync } from "node:fs";

function setting(env, name) {
  const file = env[`${name}_FILE`];
  return file ? readFileSync(file, "utf8").trim() : env[name];
}

const on = (value) => value === "1" || value === "true" || value === "on";

export function readConfig(env = process.env) {
  return {
    host: env.HOST ?? "127.0.0.1",
    port: Number(env.PORT ?? 5000),
    // Without DATABASE_URL the PG… variables of libpq say where.
    connectionString: setting(env, "DATABASE_URL"),
    poolSize: Number(env.POOL_SIZE ?? 10),
    introspection: on(env.GRAPHQL_INTROSPECTION),
    graphiql: on(env.GRAPHIQL),
    token: {
      secret: setting(env, "JWT_SECRET"),
      publicKey: setting(env, "JWT_PUBLIC_KEY"),
      audience: env.JWT_AUDIENCE,
      issuer: env.JWT_ISSUER,
      roles: (env.API_ROLES ?? "replenish_api_user").split(","),
    },
  };
}
