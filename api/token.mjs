#!/usr/bin/env node
// Signs a token for demo and tests; a real deployment's identity provider does this.
//
//   JWT_SECRET=… api/token.mjs --tenant UUID [--sub NAME] [--role ROLE] [--hours 12]
//   api/token.mjs --tenant UUID --key private.pem        signs with RS256 instead

import { createHmac, createSign } from "node:crypto";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const encoded = (value) => Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

/** A signed token. `key`: { secret } for HS256, { privateKey } (PEM) for RS256. */
export function signToken(claims, key) {
  const header = { alg: key.privateKey ? "RS256" : "HS256", typ: "JWT" };
  const signed = `${encoded(header)}.${encoded(claims)}`;
  const signature = key.privateKey
    ? createSign("RSA-SHA256").update(signed).sign(key.privateKey, "base64url")
    : createHmac("sha256", key.secret).update(signed).digest("base64url");
  return `${signed}.${signature}`;
}

function main() {
  const { values } = parseArgs({
    options: {
      tenant: { type: "string" },
      sub: { type: "string", default: "demo" },
      role: { type: "string", default: "replenish_api_user" },
      hours: { type: "string", default: "12" },
      key: { type: "string" },
    },
  });
  const secret = process.env.JWT_SECRET_FILE
    ? readFileSync(process.env.JWT_SECRET_FILE, "utf8").trim()
    : process.env.JWT_SECRET;
  const hours = Number(values.hours);
  if (!values.tenant || !(values.key || secret) || !(hours > 0)) {
    console.error("usage: JWT_SECRET=… token.mjs --tenant UUID [--sub NAME] [--role ROLE] [--hours 12] [--key private.pem]");
    process.exit(2);
  }
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    tenant_id: values.tenant,
    sub: values.sub,
    role: values.role,
    iat: now,
    exp: now + Math.round(hours * 3600),
  };
  console.log(signToken(claims, values.key ? { privateKey: readFileSync(values.key, "utf8") } : { secret }));
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) main();
