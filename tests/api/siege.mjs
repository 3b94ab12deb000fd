// What the siege of the API needs: two tenants of which each knows the other's keys (the database `siege`,
// tests/security/world.sql), what only one of them has, and values for every argument.

import { createRequire } from "node:module";
import { connect, root } from "./stack.mjs";

export const { buildClientSchema, getIntrospectionQuery, getNamedType, getNullableType, isEnumType, isInputObjectType, isLeafType,
  isListType } = createRequire(`${root}api/graphql/package.json`)("graphql");

export const UNKNOWN = "0badc0de-0000-4000-8000-00000000dead";
const SHARED = { facility: "ffffffff-0000-4000-8000-000000000001", material: "00000000-0000-4000-8000-000000000001" };
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** The two sides. `words` is what only the rows of a side say; `keys` is what everybody knows of it. */
export const ALPHA = {
  name: "A",
  tenant: "aaaaaaaa-0000-4000-8000-000000000000",
  keys: { ...SHARED, vendor: "00000000-0000-4000-8000-0000000000e1" },
  words: /Alpha/,
};
export const CANARY = {
  name: "B",
  tenant: "ca9a47ee-b000-4000-8000-000000000000",
  keys: {
    facility: "ca9a47ee-b000-4000-8000-0000000000f1",
    material: "ca9a47ee-b000-4000-8000-000000000003",
    vendor: "ca9a47ee-b000-4000-8000-0000000000e1",
  },
  words: /735184629|735184628\.9|2058516961|CANARY/i,
};

/** Opens the database as a superuser and learns what only each side has. */
export async function openWorld() {
  const admin = connect("postgres");
  await admin.connect();
  const { rows: tables } = await admin.query(`
    SELECT c.oid::regclass::text AS name, array_agg(a.attname::text) FILTER (WHERE a.atttypid = 'uuid'::regtype) AS ids
    FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relnamespace = 'replenish'::regnamespace AND c.relkind IN ('r', 'p')
    GROUP BY c.oid HAVING bool_or(a.attname = 'tenant_id') ORDER BY 1`);
  for (const side of [ALPHA, CANARY]) {
    const one = async (column, table) =>
      (await admin.query(`SELECT ${column} AS id FROM replenish.${table} WHERE tenant_id = $1 LIMIT 1`, [side.tenant])).rows[0].id;
    side.keys.suggestion = await one("suggestion_id", "replenishment_suggestions");
    side.keys.run = await one("job_run_id", "job_runs");
  }
  const known = [ALPHA, CANARY].flatMap((side) => Object.values(side.keys));
  const world = {
    admin,
    tables,
    /** Of everything that a side has. */
    fingerprint: async (side) => {
      const facts = [];
      for (const { name } of tables) {
        const { rows } = await admin.query(
          `SELECT count(*)::integer, md5(string_agg(t::text, ',' ORDER BY t::text)) FROM ${name} AS t WHERE tenant_id = $1`, [side.tenant]);
        facts.push({ name, ...rows[0] });
      }
      return facts;
    },
    /** The ids that only a side's rows have, beyond those that everybody knows. */
    secrets: async (side) => {
      const found = { theirs: new Set(), others: new Set(known) };
      for (const { name, ids } of tables) {
        const { rows } = await admin.query(`SELECT tenant_id = $1 AS theirs, ARRAY[${ids.join(", ")}]::text[] AS ids FROM ${name}`, [side.tenant]);
        for (const row of rows) for (const id of row.ids) if (id) found[row.theirs ? "theirs" : "others"].add(id);
      }
      return new Set([...found.theirs].filter((id) => !found.others.has(id)));
    },
    /** A suggestion can be decided on once; the next suite finds it open again. */
    reopen: () => admin.query("UPDATE replenish.replenishment_suggestions SET suggestion_status = 'PENDING', reviewed_by = NULL, reviewed_at = NULL"),
    close: () => admin.end(),
  };
  for (const side of [ALPHA, CANARY]) side.secrets = await world.secrets(side);
  return world;
}

/** What of a side is in an answer that was not in the request. */
export function leaked(side, sent, answer) {
  const text = JSON.stringify(answer) ?? "";
  const asked = JSON.stringify(sent);
  const ids = (text.match(UUID) ?? []).filter((id) => (side.secrets.has(id) || id === side.tenant) && !asked.includes(id));
  const word = side.words.exec(text);
  return [...new Set([...ids, ...(word && !side.words.test(asked) ? [word[0]] : [])])];
}

/** A value with which a call gets far, by the name of its argument in either spelling, else by its type. */
export function plain(name, type, side) {
  const { facility, material, suggestion } = side.keys;
  const named = {
    tenantid: side.tenant, facilityid: facility, materialid: material, materialids: [material], suggestionid: suggestion,
    aggregationlevel: "DAILY", demanduom: null, forecastalgorithm: "AUTO", forecasthorizondays: 7, decision: "APPROVED",
    forecaststatus: "ACTIVE", actualdemandquantity: 0, servicelevel: 0.9, forecastdate: "2025-03-05", servicelevels: [0.9],
    first: 20, offset: 0, maxrows: 20, search: "", status: "PENDING", suggestionstatus: "PENDING", demanddate: "2024-12-05",
    startdate: "2024-12-01", enddate: "2025-03-31", periodstart: "2025-02-01", periodend: "2025-02-28", asof: "2025-03-01",
    urgencylevelfilter: null, purchaseorderid: null, suggestiongenerationtimestamp: null,
  }[name.replaceAll("_", "").toLowerCase()];
  if (named !== undefined) return named;
  const typed = {
    Int: 7, Float: 7, Boolean: false, String: "x", Date: "2025-03-01", Datetime: "2999-01-01T00:00:00Z",
    integer: 7, bigint: 7, numeric: 7, "double precision": 7, boolean: false, text: "x", date: "2025-03-01",
    "timestamp with time zone": "2999-01-01T00:00:00Z", uuid: material, "uuid[]": [material],
  }[type];
  if (typed === undefined) throw new Error(`there is no value for ${name} ${type}: tests/api/siege.mjs needs one`);
  return typed;
}

/** What identifies a side and nobody else. */
const keysOf = (side) => [side.tenant, ...Object.values(side.keys)].filter((key) => !Object.values(SHARED).includes(key));

/** Arguments with another value in one place. `place`: { path, list }. */
function replaced(args, { path, list }, value) {
  const [name, ...rest] = path;
  return { ...args, [name]: rest.length ? replaced(args[name], { path: rest, list }, value) : list ? [value] : value };
}

/**
 * Every call as `attacker`: with each key of `victim` in place of each id, with all of them at once, and with each of
 * the `texts` in place of each text. What shows the victim's rows is a leak; what tells its keys from one that nobody
 * has, or is an internal error, is wrong. A call: { name, reads, ids, texts, arguments(side) }; `send(call, args, side)`
 * answers { status, code, answer }.
 */
export async function besiege(world, calls, send, attacker, victim, texts) {
  const found = { requests: 0, leaks: [], wrong: [] };
  const ask = async (call, args) => {
    found.requests += 1;
    const { status, code, answer } = await send(call, args, attacker);
    const seen = leaked(victim, args, answer);
    if (seen.length) found.leaks.push({ call: call.name, args, seen });
    if (code?.startsWith("XX") || status >= 500) found.wrong.push({ call: call.name, args, code });
    // A write makes new ids; a read must not differ in anything.
    return (id) => (call.reads ? JSON.stringify([code, answer]).replaceAll(id, "ID") : (code ?? "done"));
  };
  const keys = keysOf(victim);
  for (const call of calls) {
    const usual = call.arguments(attacker);
    await ask(call, usual);
    for (const place of call.ids) {
      const nobodys = (await ask(call, replaced(usual, place, UNKNOWN)))(UNKNOWN);
      for (const key of keys) {
        const theirs = (await ask(call, replaced(usual, place, key)))(key);
        if (theirs !== nobodys) found.wrong.push({ call: call.name, place: place.path, key, theirs, nobodys });
      }
    }
    await ask(call, call.arguments(victim));
    for (const place of call.texts) for (const text of texts) await ask(call, replaced(usual, place, text));
  }
  await forget(world, attacker, victim);
  return found;
}

/** An attacker may record demand at a facility that has the victim's id as its own: it would look like a leak ever after. */
async function forget({ admin, tables }, attacker, victim) {
  const marks = [UNKNOWN, ...keysOf(victim), ...(victim === CANARY ? ["CANARY"] : [])].map((mark) => `%${mark}%`);
  await admin.query("SET session_replication_role = replica");
  for (const { name } of tables) {
    await admin.query(`DELETE FROM ${name} AS t WHERE tenant_id = $1 AND t::text LIKE ANY ($2)`, [attacker.tenant, marks]);
  }
  await admin.query("RESET session_replication_role");
}

/** Every operation of a GraphQL schema, as calls. */
export function operationsOf(schema) {
  const calls = [];
  for (const [kind, root_] of [["query", schema.getQueryType()], ["mutation", schema.getMutationType()]]) {
    for (const field of Object.values(root_.getFields())) {
      const ids = [];
      const texts = [];
      const walk = (name, type, path) => {
        const inner = getNamedType(type);
        if (isInputObjectType(inner)) for (const f of Object.values(inner.getFields())) walk(f.name, f.type, [...path, f.name]);
        else if (inner.name === "ID") ids.push({ path, list: isListType(getNullableType(type)) });
        else if (inner.name === "String") texts.push({ path, list: isListType(getNullableType(type)) });
      };
      const value = (name, type, side) => {
        const inner = getNamedType(type);
        if (isInputObjectType(inner)) {
          return Object.fromEntries(Object.values(inner.getFields()).map((f) => [f.name, value(f.name, f.type, side)]));
        }
        return plain(name, isEnumType(inner) ? "String" : inner.name, side);
      };
      for (const arg of field.args) walk(arg.name, arg.type, [arg.name]);
      const answer = getNamedType(field.type);
      const leaves = isLeafType(answer) ? "" : `{ ${Object.values(answer.getFields()).filter((f) => isLeafType(getNamedType(f.type))).map((f) => f.name).join(" ")} }`;
      const named = (list, as) => (list.length ? `(${list.map(as).join(", ")})` : "");
      calls.push({
        name: field.name,
        reads: kind === "query",
        ids,
        texts,
        arguments: (side) => Object.fromEntries(field.args.map((a) => [a.name, value(a.name, a.type, side)])),
        text: `${kind} ${named(field.args, (a) => `$${a.name}: ${a.type}`)} { ${field.name}${named(field.args, (a) => `${a.name}: $${a.name}`)} ${leaves} }`,
      });
    }
  }
  return calls;
}

/** Every function of the API's schema, as calls, and every view with its columns of ids. */
export async function catalogOf({ admin }) {
  const { rows: routines } = await admin.query(`
    SELECT p.proname AS name, p.provolatile <> 'v' AS reads,
      coalesce((SELECT json_agg(json_build_object('name', p.proargnames[t.at], 'type', format_type(t.type, NULL)) ORDER BY t.at)
        FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY AS t (type, at)), '[]') AS args
    FROM pg_proc AS p WHERE p.pronamespace = 'replenish_api'::regnamespace ORDER BY NOT p.provolatile <> 'v', p.proname`);
  const { rows: views } = await admin.query(`
    SELECT c.relname AS name, array_agg(a.attname::text) FILTER (WHERE a.atttypid = 'uuid'::regtype) AS ids,
      array_agg(a.attname::text ORDER BY a.attnum) AS columns
    FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
    WHERE c.relnamespace = 'replenish_api'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f') GROUP BY c.oid ORDER BY 1`);
  const of = (args, types) => args.filter((a) => types.includes(a.type)).map((a) => ({ path: [a.name], list: a.type.endsWith("[]") }));
  return {
    views,
    routines: routines.map(({ name, reads, args }) => ({
      name,
      reads,
      ids: of(args, ["uuid", "uuid[]"]),
      texts: of(args, ["text", "text[]"]),
      arguments: (side) => Object.fromEntries(args.map((a) => [a.name, plain(a.name, a.type, side)])),
    })),
  };
}
