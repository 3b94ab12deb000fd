// Tokens that must not open anything.

import { signToken } from "../../api/token.mjs";
import { claims, rsa, token } from "./stack.mjs";

const encoded = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Tokens that pretend to be of `tenant`, by name; `other` is a tenant of which the forger has a valid one. */
export function worthlessTokens(tenant, other) {
  const unsigned = (head) => `${encoded({ ...head, typ: "JWT" })}.${encoded(claims(tenant))}.`;
  const [head, , signature] = token(other).split(".");
  return {
    "signed with another secret": signToken(claims(tenant), { secret: "another secret of thirty-two bytes" }),
    "with claims changed after signing": `${head}.${encoded(claims(tenant))}.${signature}`,
    "expired": token(tenant, { exp: Math.floor(Date.now() / 1000) - 60 }),
    "of algorithm none": unsigned({ alg: "none" }),
    "of algorithm None": unsigned({ alg: "None" }),
    "of no algorithm": unsigned({}),
    "without a signature": token(tenant).replace(/[^.]+$/, ""),
    "of a tenant that is no uuid": token("acme"),
    "of a role of its own choosing": token(tenant, { role: "postgres" }),
    "that is no token": "x.y.z",
  };
}

/** Those and what our own server asks of a token beyond PostgREST. */
export const worthlessToGraphql = (tenant, other) => ({
  ...worthlessTokens(tenant, other),
  "signed with the public key as a secret": signToken(claims(tenant), { secret: rsa.publicKey }),
  "without end": token(tenant, { exp: undefined }),
  "without a subject": token(tenant, { sub: undefined }),
  "without a tenant": token(undefined),
});

/** Claims that a server may have verified and that still choose no tenant, and the status they get. */
export const worthlessClaims = (tenant) => ({
  "that have expired": [claims(tenant, { exp: Math.floor(Date.now() / 1000) - 3600 }), 401],
  "without end": [claims(tenant, { exp: undefined }), 401],
  "whose end is a text": [claims(tenant, { exp: "2999-01-01" }), 401],
  "of a tenant that is no uuid": [claims("acme"), 401],
  "of a tenant that is SQL": [claims(`${tenant}' OR true --`), 401],
  "of a tenant that is a list": [claims([tenant]), 401],
  "of a tenant that is an object": [claims({ id: tenant }), 401],
  "of a tenant that is null": [claims(null), 401],
  "that are no json": [`{"tenant_id": "${tenant}", "exp": 9999999999`, 401],
  "that are a text": [JSON.stringify("tenant_id"), 401],
  "that are a list": [JSON.stringify(["tenant_id", tenant]), 401],
  ...Object.fromEntries(
    ["postgres", "replenish_owner", "replenish_batch", "replenish_night", "replenish_tenant_chooser", "replenish_reader"].map((role) => [
      `of role ${role}`,
      [claims(tenant, { role }), 403],
    ]),
  ),
});
