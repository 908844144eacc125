import { createSecretKey } from "node:crypto";
import jwt from "jsonwebtoken";
import type { Role } from "../domain/role.js";

export interface TokenOptions {
  /** `JWT_SECRET`. */
  secret: string;
  /** `sub`: the user or service that the token speaks for. */
  subject: string;
  role: Role;
  /** May be negative, for a token that has expired already. */
  expiresInSeconds: number;
  issuer?: string;
  audience?: string;
}

/** A token as an authentication service would issue it. */
export function signToken({ secret, subject, role, expiresInSeconds, issuer, audience }: TokenOptions): string {
  const claims = { sub: subject, role, exp: Math.floor(Date.now() / 1000) + expiresInSeconds };
  return jwt.sign(claims, createSecretKey(Buffer.from(secret)), {
    algorithm: "HS256",
    ...(issuer !== undefined && { issuer }),
    ...(audience !== undefined && { audience }),
  });
}
