// The calls of a REST client as PostgREST 12 makes them in SQL: one transaction, read-only for GET;
// search path, role, claims and request in one SELECT; the pre-request function; then one statement.
// Parsing HTTP and verifying signatures are PostgREST's own and are not imitated here.

import { readFileSync } from "node:fs";
import { connect, root } from "./stack.mjs";

// As PostgREST itself is configured, so that a careless setting shows in the tests that use it.
const settings = Object.fromEntries(
  [...readFileSync(`${root}api/postgrest.conf`, "utf8").matchAll(/^([a-z-]+) = "([^"]*)"$/gm)].map(([, name, value]) => [name, value]),
);
const setting = (name) => {
  if (!settings[name]) throw new Error(`api/postgrest.conf does not set ${name}`);
  return settings[name];
};
export const ANONYMOUS = setting("db-anon-role");
/** The schemas whose relations and functions a client reaches. */
export const EXPOSED = setting("db-schemas").split(/\s*,\s*/);
const listed = (names) => names.map((name) => `"${name}"`).join(", ");
export const SEARCH_PATH = listed([EXPOSED[0], ...setting("db-extra-search-path").split(/\s*,\s*/)]);
export const PRE_REQUEST = setting("db-pre-request");

const OPERATORS = { eq: "=", neq: "<>", gt: ">", gte: ">=", lt: "<", lte: "<=" };
const RESERVED = new Set(["select", "order", "limit", "offset"]);
const quoted = (name) => `"${name.replaceAll('"', '""')}"`;
// What PostgREST makes of an SQLSTATE.
const status = (code, role) =>
  code.startsWith("PT")
    ? Number(code.slice(2))
    : code === "42501"
      ? role === ANONYMOUS ? 401 : 403
      : ({ 25: 405, 42: 404, 57: 500, XX: 500 }[code.slice(0, 2)] ?? 400);

export class SqlRest {
  async open() {
    this.client = connect("replenish_authenticator");
    await this.client.connect();
    return this;
  }

  close() {
    return this.client.end();
  }

  async #routine(name) {
    const { rows } = await this.client.query(
      `SELECT p.proretset OR t.typtype = 'c' AS rows, p.proargnames AS names,
          ARRAY(SELECT format_type(a, NULL) FROM unnest(p.proargtypes) AS a) AS types
      FROM pg_proc AS p JOIN pg_type AS t ON t.oid = p.prorettype
      WHERE p.pronamespace = 'replenish_api'::regnamespace AND p.proname = $1`,
      [name],
    );
    if (rows.length !== 1) throw Object.assign(new Error(`no function ${name}`), { code: "PT404" });
    return rows[0];
  }

  /** { method, path, query, body, accept, claims (or their text) }: answers { status, body, error }. */
  async request({ method = "GET", path, query = {}, body, accept = "application/json", claims }) {
    const role = claims?.role ?? ANONYMOUS;
    try {
      await this.client.query(`BEGIN ISOLATION LEVEL READ COMMITTED ${method === "GET" ? "READ ONLY" : "READ WRITE"}`);
      await this.client.query(
        `SELECT set_config('search_path', '${SEARCH_PATH}', true), set_config('role', $1, true),
          set_config('request.jwt.claims', $2, true), set_config('request.method', $3, true),
          set_config('request.path', $4, true), set_config('request.headers', '{}', true)`,
        [role, typeof claims === "string" ? claims : JSON.stringify(claims ?? { role }), method, path],
      );
      await this.client.query(`SELECT ${PRE_REQUEST}()`);
      const { text, values } = await this.#statement(path, query, body, accept);
      const { rows } = await this.client.query(text, values);
      await this.client.query("COMMIT");
      return { status: 200, body: rows[0].body };
    } catch (error) {
      await this.client.query("ROLLBACK");
      const { code, message, detail: details, hint } = error;
      if (!code) throw error;
      return { status: status(code, role), error: { code, message, details, hint } };
    }
  }

  async #statement(path, query, body, accept) {
    const values = [];
    const bind = (value, type) => `$${values.push(value)}${type ? `::${type}` : ""}`;
    const filters = { ...query };
    let source;
    const call = /^\/rpc\/(\w+)$/.exec(path);
    if (call) {
      const routine = await this.#routine(call[1]);
      const given = Object.entries(body ?? query).filter(([name]) => routine.names?.includes(name));
      const named = given.map(([name, value]) => {
        delete filters[name];
        return `${quoted(name)} := ${bind(value, routine.types[routine.names.indexOf(name)])}`;
      });
      source = `"${EXPOSED[0]}".${quoted(call[1])}(${named.join(", ")})`;
      if (!routine.rows) return { text: `SELECT ${source} AS body`, values };
    } else {
      source = `"${EXPOSED[0]}".${quoted(path.slice(1))}`;
    }
    const where = Object.entries(filters)
      .filter(([name]) => !RESERVED.has(name))
      .map(([name, value]) => {
        const [, operator, operand] = /^(\w+)\.(.*)$/.exec(value);
        return `${quoted(name)} ${OPERATORS[operator]} ${bind(operand)}`;
      });
    const order = query.order?.split(",").map((part) => {
      const [name, direction = "asc"] = part.split(".");
      return `${quoted(name)} ${direction === "desc" ? "DESC" : "ASC"}`;
    });
    const columns = query.select?.split(",").map(quoted).join(", ") ?? "*";
    const rows = `SELECT ${columns} FROM ${source} AS pgrst_call
      ${where.length ? `WHERE ${where.join(" AND ")}` : ""} ${order ? `ORDER BY ${order.join(", ")}` : ""}
      LIMIT ${query.limit ? bind(query.limit, "bigint") : "10000"} OFFSET ${bind(query.offset ?? 0, "bigint")}`;
    const shape =
      accept === "text/csv"
        ? `(SELECT coalesce(string_agg(a.k, ','), '') FROM (SELECT json_object_keys(r)::text AS k FROM
            (SELECT row_to_json(hh) AS r FROM pgrst_source AS hh LIMIT 1) AS s) AS a) || E'\\n' ||
            coalesce(string_agg(substring(_postgrest_t::text, 2, length(_postgrest_t::text) - 2), E'\\n'), '')`
        : "coalesce(json_agg(_postgrest_t), '[]')";
    return {
      text: `WITH pgrst_source AS (${rows}) SELECT ${shape} AS body FROM (SELECT * FROM pgrst_source) AS _postgrest_t`,
      values,
    };
  }
}
