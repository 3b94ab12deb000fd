// Check 2: everything that GraphQL's introspection and the catalog of replenish_api name, asked by every bad token, by
// nobody, and by each of two tenants with the other's keys and the statements of the forty attacks as values. Over HTTP
// for GraphQL; for REST at SQL level, and over HTTP where POSTGREST_BIN names a PostgREST.
// Seen to fail: with each mistake that `noticed` makes anew in every run, and, for each of the fourteen tokens, with a
// verifier of the GraphQL server that believes whatever the token claims.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { HttpRest } from "./rest_http.mjs";
import { SqlRest } from "./rest_sql.mjs";
import { ALPHA, besiege, buildClientSchema, CANARY, catalogOf, getIntrospectionQuery, leaked, openWorld, operationsOf } from "./siege.mjs";
import { ask, claims, connect, startGraphql, token } from "./stack.mjs";
import { worthlessClaims, worthlessToGraphql, worthlessTokens } from "./tokens.mjs";

process.env.PGDATABASE = "siege";
// Through an API a statement is but a value. Those of the forty attacks are aimed at B.
const STATEMENTS = JSON.parse(readFileSync(process.env.ATTACKS)).map((text) =>
  text.replaceAll("{b}", CANARY.tenant).replaceAll("{a}", ALPHA.tenant).replaceAll("{rel}", "replenish.materials"));
const SIDES = [[ALPHA, CANARY, STATEMENTS, 1000], [CANARY, ALPHA, [], 200]];
const INJECTIONS = [`${ALPHA.tenant}' OR true --`, `${CANARY.tenant}'::uuid OR tenant_id <> '${ALPHA.tenant}`, "x", ""];

let world;
before(async () => {
  world = await openWorld();
  assert.ok(STATEMENTS.length > 100, "the statements of the forty attacks");
  for (const side of [ALPHA, CANARY]) assert.ok(side.secrets.size > 20, `ids that ${side.name} alone has: ${side.secrets.size}`);
});
after(() => world.close());

const nothing = (found) => assert.deepEqual({ leaks: found.leaks.slice(0, 3), wrong: found.wrong.slice(0, 3) }, { leaks: [], wrong: [] });

/** Nothing of either side may change while `body` runs. */
async function untouched(body, sides = [ALPHA, CANARY]) {
  const former = await Promise.all(sides.map(world.fingerprint));
  await body();
  assert.deepEqual(await Promise.all(sides.map(world.fingerprint)), former);
}

/** Runs `check` with something broken, and demands that it finds it. */
async function noticed(mistake, remedy, check) {
  await world.admin.query(mistake);
  let found;
  try {
    found = await check();
  } finally {
    await world.admin.query(remedy);
  }
  assert.ok(found.leaks.length + found.wrong.length > 0, `not noticed: ${mistake}`);
}

/** Each side besieges the other. */
function bothWays(siege) {
  for (const [attacker, victim, texts, least] of SIDES) {
    test(`${attacker.name} gets nothing of ${victim.name} and changes nothing there`, (t) =>
      untouched(async () => {
        const found = await siege(attacker, victim, texts);
        t.diagnostic(`${found.requests} requests`);
        assert.ok(found.requests > least, `${found.requests} requests`);
        nothing(found);
      }, [victim]));
  }
}

describe("GraphQL", () => {
  let server;
  let operations;
  before(async () => {
    server = await startGraphql({ GRAPHQL_INTROSPECTION: "1" });
    operations = operationsOf(buildClientSchema((await ask(server, getIntrospectionQuery(), { bearer: token(ALPHA.tenant) })).data));
    assert.ok(operations.length >= 21, `${operations.length} operations`);
  });
  after(() => server.close());
  const send = async (call, args, side, bearer = token(side.tenant)) => {
    const { status, data, errors } = await ask(server, call.text, { bearer, variables: args });
    return { status, code: errors?.[0].extensions?.code ?? (errors && "invalid"), answer: { data, errors } };
  };
  const siege = (attacker, victim, texts, calls = operations) => besiege(world, calls, send, attacker, victim, texts);

  test("every operation answers a tenant about itself, and the canaries would show", async () => {
    let canaries = 0;
    for (const call of operations) {
      const { code, answer } = await send(call, call.arguments(CANARY), CANARY);
      assert.equal(code, undefined, `${call.name}: ${JSON.stringify(answer)}`);
      canaries += leaked(CANARY, {}, answer).length > 0;
    }
    assert.ok(canaries >= 18, `${canaries} of ${operations.length} operations show something of B to B`);
  });

  for (const what of ["no token", ...Object.keys(worthlessToGraphql(ALPHA.tenant, CANARY.tenant))]) {
    test(`${what.startsWith("no ") ? what : `a token ${what}`} gets 401 and no data from every operation`, () =>
      untouched(async () => {
        const bearer = worthlessToGraphql(ALPHA.tenant, CANARY.tenant)[what] ?? null;
        for (const call of operations) {
          const { status, code, answer } = await send(call, call.arguments(ALPHA), ALPHA, bearer);
          assert.deepEqual([status, code, answer.data], [401, "28000", undefined], call.name);
        }
      }));
  }

  bothWays(siege);

  test("SQL in place of an id is no id", async () => {
    for (const call of operations) {
      for (const { path } of call.ids) {
        for (const text of INJECTIONS) {
          const args = structuredClone(call.arguments(ALPHA));
          const [holder, last] = path.length === 1 ? [args, path[0]] : [args[path[0]], path[1]];
          holder[last] = Array.isArray(holder[last]) ? [text] : text;
          const { code, answer } = await send(call, args, ALPHA);
          assert.equal(code, "22P02", `${call.name} ${path}: ${JSON.stringify(answer)}`);
        }
      }
    }
  });

  const MISTAKES = {
    "a careless policy": ["CREATE POLICY careless ON replenish.facilities FOR SELECT USING (true)", "DROP POLICY careless ON replenish.facilities"],
    "a function with a superuser's rights": [
      "ALTER FUNCTION replenish.explain_forecast(uuid, uuid, uuid) SECURITY DEFINER",
      "ALTER FUNCTION replenish.explain_forecast(uuid, uuid, uuid) SECURITY INVOKER",
    ],
    "a view with its owner's rights": [
      "ALTER VIEW replenish_api.job_runs SET (security_invoker = false); ALTER VIEW replenish_api.job_runs OWNER TO postgres",
      "ALTER VIEW replenish_api.job_runs OWNER TO replenish_owner; ALTER VIEW replenish_api.job_runs SET (security_invoker = true)",
    ],
  };
  for (const [what, [mistake, remedy]] of Object.entries(MISTAKES)) {
    test(`${what} would be noticed`, () => noticed(mistake, remedy, () => siege(ALPHA, CANARY, [], operations.filter((call) => call.reads))));
  }
});

function restSuite(name, open, sqlLevel) {
  describe(name, () => {
    let rest;
    let catalog;
    before(async () => {
      rest = await open();
      catalog = await catalogOf(world);
      await world.reopen();
      assert.ok(catalog.views.length >= 17 && catalog.routines.length >= 21, "views and functions of the catalog");
    });
    after(() => rest.close());
    const asked = async (request) => {
      const { status, body, error } = await rest.request(request);
      return { status, code: error?.code, answer: body ?? error };
    };
    const send = (call, args, side) => asked({ method: "POST", path: `/rpc/${call.name}`, body: args, claims: claims(side.tenant) });
    /** Every view and function, each but /rpc/health as one request. */
    const everything = (side) => [
      ...catalog.views.map(({ name: view }) => ({ path: `/${view}` })),
      ...catalog.routines.filter((r) => r.name !== "health").map((r) => ({ method: "POST", path: `/rpc/${r.name}`, body: r.arguments(side) })),
    ];
    /** What answers anything else than a refusal of that status. */
    const open_ = async (more, statuses) => {
      const found = { leaks: [], wrong: [] };
      for (const request of everything(ALPHA)) {
        const { status, body } = await rest.request({ ...request, ...more });
        if (!statuses.includes(status) || body !== undefined) found.wrong.push({ ...request, status, body });
      }
      return found;
    };
    /** As attacker: functions with the victim's keys, and views whole and filtered by what the victim has. */
    const siege = async (attacker, victim, texts, calls = catalog.routines) => {
      const found = await besiege(world, calls, send, attacker, victim, texts);
      await readViews(found, attacker, victim);
      return found;
    };
    const readViews = async (found, attacker, victim) => {
      for (const { name: view, ids } of catalog.views) {
        for (const query of [{}, ...ids.flatMap((id) => [victim.tenant, ...victim.secrets].slice(0, 5).map((key) => ({ [id]: `eq.${key}` })))]) {
          found.requests += 1;
          const { answer } = await asked({ path: `/${view}`, query, claims: claims(attacker.tenant) });
          const seen = leaked(victim, query, answer);
          if (seen.length || (query.tenant_id && answer.length)) found.leaks.push({ view, query, seen });
        }
      }
      return found;
    };

    test("every view and function answers a tenant about itself, and the canaries would show", async () => {
      let canaries = 0;
      for (const request of everything(CANARY)) {
        const { status, answer } = await asked({ ...request, claims: claims(CANARY.tenant) });
        assert.equal(status, 200, `${request.path}: ${JSON.stringify(answer)}`);
        canaries += leaked(CANARY, {}, answer).length > 0;
      }
      assert.ok(canaries >= 34, `${canaries} of ${everything(CANARY).length} show something of B to B`);
    });

    test("without a token everything but health is refused", () => untouched(async () => nothing(await open_({}, [401]))));

    if (sqlLevel) {
      for (const [what, [claimed, status]] of Object.entries(worthlessClaims(ALPHA.tenant))) {
        test(`claims ${what} get ${status} and no data from everything`, () => untouched(async () => nothing(await open_({ claims: claimed }, [status]))));
      }
    } else {
      for (const [what, bearer] of Object.entries(worthlessTokens(ALPHA.tenant, CANARY.tenant))) {
        test(`a token ${what} gets 401 or 403 and no data from everything`, () => untouched(async () => nothing(await open_({ bearer }, [401, 403]))));
      }
    }

    test("claims without a tenant read nothing and write nothing", () =>
      untouched(async () => {
        for (const request of everything(ALPHA)) {
          const { status, answer } = await asked({ ...request, claims: claims(undefined) });
          assert.deepEqual([...leaked(ALPHA, request, answer), ...leaked(CANARY, request, answer)], [], request.path);
          if (!request.body) assert.deepEqual(answer, [], request.path);
          else assert.ok([200, 403].includes(status) || answer.code, request.path);
        }
      }));

    bothWays(siege);

    test("no view can be written", async () => {
      const client = connect("replenish_authenticator");
      await client.connect();
      try {
        await client.query(`SET app.current_tenant_id = '${ALPHA.tenant}'; SET ROLE replenish_api_user`);
        for (const { name: view, columns } of catalog.views) {
          for (const statement of [
            `DELETE FROM replenish_api.${view}`,
            `UPDATE replenish_api.${view} SET ${columns[0]} = ${columns[0]}`,
            `INSERT INTO replenish_api.${view} (${columns[0]}) SELECT ${columns[0]} FROM replenish_api.${view}`,
          ]) {
            // 55000: a view of sums has no row to write to.
            await assert.rejects(client.query(statement), ({ code }) => ["42501", "55000"].includes(code), statement);
          }
        }
      } finally {
        await client.end();
      }
    });

    test("a policy, a right and a view too many would be noticed", async () => {
      await noticed(
        "CREATE POLICY careless ON replenish.materials FOR SELECT USING (true)",
        "DROP POLICY careless ON replenish.materials",
        () => readViews({ requests: 0, leaks: [], wrong: [] }, ALPHA, CANARY),
      );
      await noticed(
        "ALTER FUNCTION replenish.get_demand_history(uuid, uuid, uuid, date, date) SECURITY DEFINER",
        "ALTER FUNCTION replenish.get_demand_history(uuid, uuid, uuid, date, date) SECURITY INVOKER",
        () => siege(ALPHA, CANARY, [], catalog.routines.filter((call) => call.reads)),
      );
      await noticed(
        "GRANT SELECT ON replenish_api.materials, replenish.materials TO replenish_anonymous",
        "REVOKE SELECT ON replenish_api.materials, replenish.materials FROM replenish_anonymous",
        () => open_({}, [401]),
      );
      await noticed(
        "ALTER VIEW replenish_api.demand_history SET (security_invoker = false); ALTER VIEW replenish_api.demand_history OWNER TO postgres",
        "ALTER VIEW replenish_api.demand_history OWNER TO replenish_owner; ALTER VIEW replenish_api.demand_history SET (security_invoker = true)",
        () => readViews({ requests: 0, leaks: [], wrong: [] }, ALPHA, CANARY),
      );
    });

    test("a pre-request function that believes all claims would be noticed", { skip: !sqlLevel && "needs no HTTP" }, async () => {
      const { rows } = await world.admin.query("SELECT pg_get_functiondef('replenish_auth.enter_tenant_of_token'::regproc) AS was");
      const broken = rows[0].was.replace("<= extract(epoch FROM now())", "< 0");
      assert.notEqual(broken, rows[0].was);
      const [expired] = worthlessClaims(ALPHA.tenant)["that have expired"];
      await noticed(broken, rows[0].was, () => open_({ claims: expired }, [401]));
    });
  });
}

restSuite("REST at SQL level", () => new SqlRest().open(), true);
if (process.env.POSTGREST_BIN) {
  restSuite("REST over HTTP", () => new HttpRest().open(), false);
} else {
  test("REST over HTTP", { skip: "needs POSTGREST_BIN: signatures are checked by PostgREST" }, () => {});
}
