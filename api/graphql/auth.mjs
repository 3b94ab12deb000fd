// Verifies the bearer token. HS256 by a shared secret, RS256 by a public key; the algorithm of the
// token picks the key, so that a public key can never serve as a secret.

import { createPublicKey } from "node:crypto";
import { jwtVerify } from "jose";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export class Unauthorized extends Error {}

/** `config`: { secret, publicKey (PEM), audience, issuer, roles }, one key at least. */
export function tokenVerifier(config) {
  const keys = {};
  if (config.secret) {
    // RFC 7518, 3.2: a key of at least the hash's size.
    if (Buffer.byteLength(config.secret) < 32) throw new Error("JWT_SECRET must have at least 32 bytes");
    keys.HS256 = new TextEncoder().encode(config.secret);
  }
  if (config.publicKey) keys.RS256 = createPublicKey(config.publicKey);
  const algorithms = Object.keys(keys);
  if (algorithms.length === 0) throw new Error("set JWT_SECRET or JWT_PUBLIC_KEY (or the same with _FILE)");
  const options = {
    algorithms,
    audience: config.audience,
    issuer: config.issuer,
    requiredClaims: ["exp", "sub", "tenant_id"],
  };

  return async function verify(authorization) {
    const token = /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
    if (!token) throw new Unauthorized("a bearer token is missing");
    let payload;
    try {
      ({ payload } = await jwtVerify(token, (header) => keys[header.alg], options));
    } catch (error) {
      throw new Unauthorized(
        error.code === "ERR_JWT_EXPIRED" ? "the token has expired" : "the token is not valid",
      );
    }
    if (typeof payload.tenant_id !== "string" || !UUID.test(payload.tenant_id)) {
      throw new Unauthorized("the token's tenant_id is not a uuid");
    }
    if (payload.role !== undefined && !config.roles.includes(payload.role)) {
      throw new Unauthorized("the token's role is not one of this server");
    }
    return payload;
  };
}
