// The same calls over HTTP, to a real PostgREST.

import { createServer } from "node:net";
import { secret, start } from "./stack.mjs";
import { signToken } from "../../api/token.mjs";

const freePort = () =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });

export class HttpRest {
  /** `base`: the URL of a PostgREST that runs, or none to start POSTGREST_BIN. */
  async open(base) {
    this.base = base;
    if (!base) {
      const port = await freePort();
      this.server = await start(
        process.env.POSTGREST_BIN,
        ["api/postgrest.conf"],
        {
          PGRST_JWT_SECRET: secret,
          PGRST_DB_URI: `postgresql://replenish_authenticator@/${process.env.PGDATABASE}?host=${process.env.PGHOST}&port=${process.env.PGPORT}`,
          PGRST_SERVER_PORT: String(port),
          PGRST_LOG_LEVEL: "info",
        },
        /(Schema cache loaded|schema cache loaded)/i,
      );
      this.base = `http://127.0.0.1:${port}`;
    }
    return this;
  }

  close() {
    return this.server?.close();
  }

  async request({ method = "GET", path, query = {}, body, accept = "application/json", claims, bearer }) {
    const url = `${this.base}${path}?${new URLSearchParams(query)}`;
    const sent = bearer ?? (claims && signToken(claims, { secret }));
    const response = await fetch(url, {
      method,
      headers: {
        accept,
        ...(sent ? { authorization: `Bearer ${sent}` } : {}),
        ...(body ? { "content-type": "application/json" } : {}),
      },
      body: body && JSON.stringify(body),
    });
    const text = await response.text();
    if (response.status >= 400) return { status: response.status, error: text ? JSON.parse(text) : {} };
    return { status: response.status, body: accept === "text/csv" ? text : JSON.parse(text) };
  }
}
