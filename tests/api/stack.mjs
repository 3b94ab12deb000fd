// What the tests of the API share: who asks, for what, and the servers that answer.

import { spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { signToken } from "../../api/token.mjs";

export const A = "aaaaaaaa-0000-4000-8000-000000000000";
export const B = "bbbbbbbb-0000-4000-8000-000000000000";
export const MANY = "cccccccc-0000-4000-8000-000000000000";
export const FACILITY = "ffffffff-0000-4000-8000-000000000001";
export const [M1, M2, M3] = [1, 2, 3].map((n) => `00000000-0000-4000-8000-00000000000${n}`);
export const SERIES = { tenant_id: A, facility_id: FACILITY, material_id: M1 };

export const secret = process.env.JWT_SECRET ?? "for tests only: 32 bytes or more it is";
export const rsa = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});

const soon = () => Math.floor(Date.now() / 1000) + 600;

export const claims = (tenant_id, more = {}) => ({
  tenant_id,
  sub: "planner",
  role: "replenish_api_user",
  exp: soon(),
  ...more,
});

export const token = (tenant_id, more) => signToken(claims(tenant_id, more), { secret });

export const root = fileURLToPath(new URL("../..", import.meta.url));

/** A connection of the server's PostgreSQL client; libpq's variables say where the cluster is. */
export function connect(user) {
  const { Client } = createRequire(`${root}api/graphql/package.json`)("pg");
  return new Client({ user });
}

/** Starts a server, waits for the line that says where it listens, and stops it on `close()`. */
export async function start(command, args, env, listening) {
  const child = spawn(command, args, { cwd: root, env: { ...process.env, ...env } });
  let log = "";
  const url = await new Promise((resolve, reject) => {
    const read = (chunk) => {
      log += chunk;
      const found = listening.exec(log);
      if (found) resolve(found[1]);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.once("exit", (code) => reject(new Error(`${command} ended with ${code}:\n${log}`)));
    setTimeout(() => reject(new Error(`${command} does not listen after 60 s:\n${log}`)), 60_000).unref();
  }).catch((error) => {
    child.kill();
    throw error;
  });
  return {
    url,
    log: () => log,
    close: () =>
      new Promise((resolve, reject) => {
        if (child.exitCode !== null || child.signalCode !== null) {
          reject(new Error(`${command} had ended by itself with ${child.exitCode ?? child.signalCode}:\n${log}`));
          return;
        }
        child.removeAllListeners("exit");
        child.once("exit", resolve);
        child.kill();
      }),
  };
}

export const startGraphql = (env = {}) =>
  start(
    process.execPath,
    ["api/graphql/server.mjs"],
    { PGUSER: "replenish_authenticator", HOST: "127.0.0.1", PORT: "0", JWT_SECRET: secret, JWT_PUBLIC_KEY: rsa.publicKey, ...env },
    /listening on (http:\S+)\/graphql/,
  );

/** Posts a GraphQL request; answers { status, data, errors }. */
export async function ask(server, query, { bearer = token(A), variables } = {}) {
  const response = await fetch(`${server.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(bearer ? { authorization: `Bearer ${bearer}` } : {}) },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(30_000),
  });
  return { status: response.status, ...(await response.json()) };
}
