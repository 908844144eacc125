import { isUtf8 } from "node:buffer";
import { z } from "zod";
import { isBoardId } from "../domain/board.js";
import { isUserId } from "../domain/player.js";
import { RefusedToken } from "./refused-token.js";

/** Checked when set. */
export interface ExpectedClaims {
  readonly issuer: string | undefined;
  readonly audience: string | undefined;
}

/** For members that must be absent, because each changes the meaning of the rest of the token. */
const refused = z.never().optional();

/**
 * The allowed headers (RFC 8725). No extension is implemented, so a header with `crit` is refused; jsonwebtoken ignores
 * `crit`.
 */
const headerSchema = z.object({
  alg: z.string(),
  kid: z.unknown().optional(),
  typ: z
    .string()
    .regex(/^(application\/)?(at\+)?jwt$/i)
    .optional(),
  crit: refused,
  b64: refused,
  zip: refused,
  enc: refused,
});
export type Header = z.output<typeof headerSchema>;

/** In seconds since the Unix epoch, and finite; fractions are allowed. */
const numericDate = z.number();

const claimsSchema = z.object({
  sub: z.string().refine(isUserId),
  boards: z.array(z.string().refine(isBoardId)).optional(),
  exp: numericDate,
  nbf: numericDate.optional(),
  iat: numericDate.optional(),
  iss: z.string().optional(),
  aud: z.union([z.string(), z.array(z.string())]).optional(),
});
export type Claims = z.output<typeof claimsSchema>;

export interface Payload {
  /** The registered claims. */
  readonly claims: Claims;
  /** Everything in the payload. */
  readonly members: object;
}

/** @returns the algorithm that a token names; undefined for a text that names none. Nothing else is checked */
export function algorithmOf(token: string): unknown {
  try {
    const text = Buffer.from(token.slice(0, token.indexOf(".")), "base64url").toString();
    return (JSON.parse(text) as { alg?: unknown } | null)?.alg;
  } catch {
    return undefined;
  }
}

/** @throws RefusedToken */
export function readHeader(token: string): Header {
  return readPart("header", token.split(".")[0], headerSchema).checked;
}

/**
 * Checks the payload of a token except its times and its role. The caller checks the signature.
 *
 * @throws RefusedToken
 */
export function readPayload(token: string, { issuer, audience }: ExpectedClaims): Payload {
  const { checked, members } = readPart("payload", token.split(".")[1], claimsSchema);
  const { iss, aud } = checked;
  if (issuer !== undefined && iss !== issuer) throw new RefusedToken("another issuer");
  if (audience !== undefined && !(Array.isArray(aud) ? aud.includes(audience) : aud === audience)) {
    throw new RefusedToken("for another audience");
  }
  return { claims: checked, members };
}

/** @throws RefusedToken */
function readPart<T>(name: string, encoded = "", schema: z.ZodType<T>): { checked: T; members: object } {
  const bytes = Buffer.from(encoded, "base64url");
  const value = isUtf8(bytes) ? parseOnce(bytes.toString()) : undefined;
  const result = schema.safeParse(value);
  if (result.success && typeof value === "object" && value !== null) return { checked: result.data, members: value };
  const places = (result.error?.issues ?? []).map(({ path }) => [name, ...path].join("."));
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
