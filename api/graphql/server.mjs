#!/usr/bin/env node
// The GraphQL server: POST /graphql with a bearer token, GET /health without one.

process.env.GRAPHILE_ENV ??= "production";

const [{ createServer }, { default: pg }, { grafserv }, { postgraphile }] = await Promise.all([
  import("node:http"),
  import("pg"),
  import("postgraphile/grafserv/node"),
  import("postgraphile"),
]);
const { tokenVerifier, Unauthorized } = await import("./auth.mjs");
const { readConfig } = await import("./config.mjs");
const { makePreset } = await import("./preset.mjs");

const config = readConfig();
const verify = tokenVerifier(config.token);
const pool = new pg.Pool({
  connectionString: config.connectionString,
  max: config.poolSize,
  connectionTimeoutMillis: 5000,
  idleTimeoutMillis: 30_000,
  application_name: "replenish-graphql",
});
// A connection may end at any time, in use or idle. Without a listener that would end the server too.
pool.on("error", () => {});
pool.on("connect", (client) => client.on("error", (error) => console.error("connection lost:", error.message)));

const claims = new WeakMap();
const preset = makePreset({ ...config, pool, claimsOf: (request) => claims.get(request) });
const instance = postgraphile(preset);
try {
  await instance.getSchema();
} catch (error) {
  console.error(`cannot start: ${error.message}`);
  process.exit(1);
}
const serv = instance.createServ(grafserv);
// grafserv listens on an inner server, which never opens a port: every request passes ours first.
const inner = createServer();
await serv.addTo(inner);
await serv.ready();

function reply(response, status, body, headers = {}) {
  response.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...headers,
  });
  response.end(JSON.stringify(body));
}

async function health(response) {
  let client;
  try {
    client = await pool.connect();
    await client.query("BEGIN READ ONLY");
    await client.query("SET LOCAL ROLE replenish_anonymous");
    const { rows } = await client.query("SELECT replenish_api.health() AS document");
    await client.query("COMMIT");
    client.release();
    const { document } = rows[0];
    reply(response, document.status === "healthy" ? 200 : 503, document);
  } catch (error) {
    // Whatever state it is in, the connection goes.
    client?.release(true);
    console.error("health:", error.message);
    reply(response, 503, { status: "unhealthy", timestamp: new Date().toISOString() });
  }
}

async function graphql(request, response) {
  try {
    claims.set(request, await verify(request.headers.authorization));
  } catch (error) {
    if (!(error instanceof Unauthorized)) throw error;
    const problem = { message: error.message, extensions: { code: "28000", hint: "Sign in again." } };
    reply(response, 401, { errors: [problem] }, { "www-authenticate": 'Bearer error="invalid_token"' });
    return;
  }
  inner.emit("request", request, response);
}

const server = createServer((request, response) => {
  const [pathname] = request.url.split("?", 1);
  if (pathname === "/health" && (request.method === "GET" || request.method === "HEAD")) return health(response);
  if (pathname === "/graphql") {
    return graphql(request, response).catch((error) => {
      console.error(error);
      reply(response, 500, { errors: [{ message: "something went wrong inside" }] });
    });
  }
  if (config.graphiql && /^\/(graphiql|ruru-static)(\/|$)/.test(pathname)) return inner.emit("request", request, response);
  return reply(response, 404, { errors: [{ message: `nothing is at ${pathname}` }] });
});
server.headersTimeout = 10_000;
server.requestTimeout = 60_000;
server.listen(config.port, config.host, () => {
  const { address, port } = server.address();
  console.log(`listening on http://${address}:${port}/graphql`);
});

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    server.close(async () => {
      await serv.release();
      await pool.end();
      process.exit(0);
    });
    server.closeIdleConnections();
  });
}
