import { isUtf8 } from "node:buffer";
import type { KeyObject } from "node:crypto";
import jwt from "jsonwebtoken";
import { z } from "zod";
import { isBoardId } from "../domain/board.js";
import { isUserId } from "../domain/player.js";
import { roles } from "../domain/role.js";
import { RefusedToken } from "./refused-token.js";

export interface VerifyOptions {
  key: KeyObject;
  /** Checked when set. */
  issuer: string | undefined;
  audience: string | undefined;
}

/** For members that must be absent, because each changes the meaning of the rest of the token. */
const refused = z.never().optional();

/**
 * The allowed headers (RFC 8725). No extension is implemented, so a header with `crit` is refused; jsonwebtoken ignores
 * `crit`. The algorithm is checked with the signature.
 */
const headerSchema = z.object({
  typ: z
    .string()
    .regex(/^(application\/)?(at\+)?jwt$/i)
    .optional(),
  crit: refused,
  b64: refused,
  zip: refused,
  enc: refused,
});

/** In seconds since the Unix epoch, and finite; fractions are allowed. */
const numericDate = z.number();

const claimsSchema = z.object({
  sub: z.string().refine(isUserId),
  role: z.enum(roles),
  boards: z.array(z.string().refine(isBoardId)).optional(),
  exp: numericDate,
  nbf: numericDate.optional(),
  iat: numericDate.optional(),
  iss: z.string().optional(),
  aud: z.union([z.string(), z.array(z.string())]).optional(),
});
export type Claims = z.output<typeof claimsSchema>;

/**
 * Checks everything about a token except its times. A signature has exactly one text: jsonwebtoken compares HMACs as
 * base64url, so a changed padding or changed trailing bits don't make another valid token.
 *
 * @throws RefusedToken
 */
export function verifyToken(token: string, { key, issuer, audience }: VerifyOptions): Claims {
  try {
    jwt.verify(token, key, {
      algorithms: ["HS256"],
      ignoreExpiration: true,
      ignoreNotBefore: true,
      ...(issuer !== undefined && { issuer }),
      ...(audience !== undefined && { audience }),
    });
  } catch (error) {
    // jsonwebtoken's own errors have fixed messages; those of JSON.parse quote the token.
    throw new RefusedToken(error instanceof jwt.JsonWebTokenError ? error.message : "no JSON in it");
  }
  const [header = "", payload = ""] = token.split(".");
  readPart("header", header, headerSchema);
  return readPart("payload", payload, claimsSchema);
}

/** @throws RefusedToken */
function readPart<T>(name: string, encoded: string, schema: z.ZodType<T>): T {
  const bytes = Buffer.from(encoded, "base64url");
  const value = isUtf8(bytes) ? parseOnce(bytes.toString()) : undefined;
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const places = result.error.issues.map(({ path }) => [name, ...path].join("."));
  throw new RefusedToken(`not as it must be: ${places.join(", ")}`);
}

/**
 * @returns undefined for a text that is not JSON, or has a member twice: some parsers take the first value, some the
 * last
 */
function parseOnce(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    const plain = JSON.stringify(value);
    return plain === text || countMembers(plain) === countMembers(text) ? value : undefined;
  } catch {
    return undefined;
  }
}

const stringWithColon = /"(?:[^"\\]|\\.)*"(\s*:)?/g;

/** How many members the objects of a JSON text have. In valid JSON, only a member's name is followed by a colon. */
function countMembers(json: string): number {
  let count = 0;
  for (const [, colon] of json.matchAll(stringWithColon)) if (colon !== undefined) count += 1;
  return count;
}
