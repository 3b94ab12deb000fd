// Reads of the dashboard by many clients at once: latency by operation, errors of all.
// Arguments: graphql URL SECRET | rest URL SECRET | sql. CLIENTS and REQUESTS come from the environment.

import { createRequire } from "node:module";
import { signToken } from "../api/token.mjs";

const TENANT = "00000000-0000-4000-8000-00000000be00";
const FACILITY = "00000000-0000-4000-8000-00000000be01";
const CLIENTS = Number(process.env.CLIENTS ?? 10);
const REQUESTS = Number(process.env.REQUESTS ?? 10_000);
// The figure that is promised, in ms.
const LIMIT = 300;

const { Pool } = createRequire(new URL("../api/graphql/package.json", import.meta.url))("pg");
const [mode, url, secret] = process.argv.slice(2);
const claims = { tenant_id: TENANT, sub: "bench", role: "replenish_api_user", exp: Math.floor(Date.now() / 1000) + 3600 };

// Weights after a planner's session: a few letters of search for each material that is opened.
const own = { tenantId: TENANT, facilityId: FACILITY };
const OPERATIONS = [
  ["searchMaterials", 3, ({ n }) => ({ search: `b${n}` }), "materialCode materialName facilityName", "search: String"],
  ["getDemandHistory", 2, ({ id }) => ({ ...own, materialId: id, startDate: "2025-10-03" }), "demandDate actualDemandQuantity", "tenantId: ID!, facilityId: ID!, materialId: ID!, startDate: Date"],
  ["getMaterialForecasts", 2, ({ id }) => ({ ...own, materialId: id }), "forecastDate forecastedDemandQuantity lowerBound80Pct upperBound80Pct lowerBound95Pct upperBound95Pct isManuallyOverridden manualOverrideQuantity", "tenantId: ID!, facilityId: ID!, materialId: ID!"],
  ["calculateSafetyStock", 1, ({ id }) => ({ input: { ...own, materialId: id } }), "safetyStockQuantity reorderPoint", "input: CalculateSafetyStockInput!"],
  ["getForecastAccuracySummary", 1, ({ id }) => ({ ...own, materialIds: [id] }), "last30DaysMape last30DaysBias", "tenantId: ID!, facilityId: ID!, materialIds: [ID!]"],
  ["getForecastAccuracyMetrics", 1, ({ id }) => ({ ...own, materialId: id }), "mape wape bias", "tenantId: ID!, facilityId: ID!, materialId: ID!"],
  ["getReplenishmentRecommendations", 1, ({ id }) => ({ ...own, materialId: id }), "suggestionId urgencyLevel suggestionReason", "tenantId: ID!, facilityId: ID!, materialId: ID"],
  ["getReplenishmentRecommendations, a page of the facility's", 1, () => ({ ...own, status: "PENDING", first: 50 }), "suggestionId urgencyLevel recommendedOrderQuantity suggestionReason", "tenantId: ID!, facilityId: ID!, status: RecommendationStatus, first: Int"],
  ["explainForecast", 1, ({ id }) => ({ ...own, materialId: id }), "", "tenantId: ID!, facilityId: ID!, materialId: ID!"],
];
const deck = OPERATIONS.flatMap((operation) => Array(operation[1]).fill(operation));
const field = (name) => name.split(",")[0];
const snake = (name) => name.replace(/[A-Z]|\d+/g, (part) => `_${part.toLowerCase()}`);
const quoted = (types) => types.split(", ").map((one) => one.split(":")[0]);

/** REST and SQL call the same functions by their own argument names. */
function restArguments([name, , make], material) {
  const { input, first, search, ...given } = make(material);
  const args = Object.fromEntries(Object.entries({ ...given, ...input }).map(([key, value]) => [snake(key), value]));
  if (search !== undefined) args.search = search;
  return { routine: snake(field(name)), args, limit: first };
}

const drivers = {
  graphql() {
    const bearer = signToken(claims, { secret });
    const texts = new Map(
      OPERATIONS.map(([name, , , selection, types]) => [
        name,
        `query Q(${types.split(", ").map((one) => `$${one}`).join(", ")}) { ${field(name)}(${quoted(types).map((one) => `${one}: $${one}`).join(", ")}) ${selection && `{ ${selection} }`} }`,
      ]),
    );
    return async (operation, material) => {
      const response = await fetch(`${url}/graphql`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${bearer}` },
        body: JSON.stringify({ query: texts.get(operation[0]), variables: operation[2](material) }),
      });
      const { data, errors } = await response.json();
      if (errors) throw new Error(`${operation[0]}: ${errors[0].message}`);
      return data[field(operation[0])];
    };
  },
  rest() {
    const bearer = signToken(claims, { secret });
    return async (operation, material) => {
      const { routine, args, limit } = restArguments(operation, material);
      const values = Object.entries(args).map(([name, value]) => [name, Array.isArray(value) ? `{${value}}` : value]);
      const query = new URLSearchParams([...values, ...(limit ? [["limit", limit]] : [])]);
      const response = await fetch(`${url}/rpc/${routine}?${query}`, { headers: { authorization: `Bearer ${bearer}` } });
      const body = await response.json();
      if (response.status !== 200) throw new Error(`${routine}: ${body.message}`);
      return body;
    };
  },
  sql() {
    const pool = new Pool({ user: "replenish_authenticator", max: CLIENTS });
    const run = async (operation, material) => {
      const { routine, args, limit } = restArguments(operation, material);
      const names = Object.keys(args);
      const client = await pool.connect();
      try {
        await client.query("BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY");
        await client.query(
          "SELECT set_config('search_path', 'replenish_api, pg_catalog', true), set_config('role', 'replenish_api_user', true), set_config('request.jwt.claims', $1, true)",
          [JSON.stringify(claims)],
        );
        await client.query("SELECT replenish_auth.pre_request()");
        const { rows } = await client.query(
          `WITH pgrst_source AS (SELECT * FROM replenish_api.${routine}(${names.map((name, i) => `${name} := $${i + 1}`).join(", ")}) AS pgrst_call LIMIT ${limit ?? 10_000})
           SELECT coalesce(json_agg(_postgrest_t), '[]') AS body FROM (SELECT * FROM pgrst_source) AS _postgrest_t`,
          names.map((name) => args[name]),
        );
        await client.query("COMMIT");
        return rows[0].body;
      } finally {
        client.release();
      }
    };
    run.end = () => pool.end();
    return run;
  },
};

const admin = new Pool({ max: 1 });
const { rows: materials } = await admin.query(
  "SELECT material_id AS id, substr(material_code, 2) AS n FROM replenish.materials WHERE tenant_id = $1 ORDER BY md5(material_id::text)",
  [TENANT],
);
await admin.end();

const ask = drivers[mode]();
const times = new Map(OPERATIONS.map(([name]) => [name, []]));
const errors = [];
let next = 0;
let empty = 0;
async function client() {
  while (next < REQUESTS) {
    const turn = next;
    next += 1;
    const operation = deck[turn % deck.length];
    const started = performance.now();
    try {
      const answer = await ask(operation, materials[Math.floor(turn / deck.length) % materials.length]);
      // A short answer would make short times. Not every material has to be ordered, though.
      const mayBeEmpty = operation[0] === "getReplenishmentRecommendations";
      if (!mayBeEmpty && (answer === null || answer.length === 0)) empty += 1;
    } catch (error) {
      errors.push(error.message);
    }
    times.get(operation[0]).push(performance.now() - started);
  }
}
const started = performance.now();
await Promise.all(Array.from({ length: CLIENTS }, client));
const took = (performance.now() - started) / 1000;
await ask.end?.();

const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))].toFixed(1).padStart(8);
const line = (name, values) => {
  const sorted = values.toSorted((a, b) => a - b);
  return `${name.padEnd(60)} ${String(sorted.length).padStart(6)} ${at(sorted, 0.5)} ${at(sorted, 0.95)} ${at(sorted, 0.99)}`;
};
console.log(`${"".padEnd(60)} number   p50 ms   p95 ms   p99 ms`);
for (const [name, values] of times) console.log(line(name, values));
const all = [...times.values()].flat();
console.log(line("all", all));
const p95 = Number(at(all.toSorted((a, b) => a - b), 0.95));
console.log(
  `${REQUESTS} requests by ${CLIENTS} clients in ${took.toFixed(1)} s (${(REQUESTS / took).toFixed(0)} a second), ${errors.length} errors, ${empty} empty answers; p95 ${p95} ms (limit ${LIMIT} ms)`,
);
if (errors.length > 0) console.error([...new Set(errors)].join("\n"));
process.exit(errors.length > 0 || empty > 0 || p95 >= LIMIT ? 1 : 0);
