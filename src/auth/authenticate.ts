import { createSecretKey, type KeyObject } from "node:crypto";
import { LRUCache } from "lru-cache";
import { StandingsError } from "../domain/errors.js";
import type { Logger } from "../observability/logger.js";
import { RefusedToken, verifyToken } from "./json-web-token.js";
import { anonymous, type AuthenticatedViewer, type Viewer } from "./roles.js";

export interface JwtOptions {
  /** HS256 secret of at least 32 bytes. */
  secret: string;
  /** Checked when set. */
  issuer: string | undefined;
  audience: string | undefined;
}

export interface AuthenticatorOptions {
  jwt: JwtOptions;
  /** Milliseconds since the Unix epoch. */
  now: () => number;
  logger: Logger;
}

/** A token that is valid from `validFrom` until its viewer expires. */
interface VerifiedToken {
  readonly viewer: AuthenticatedViewer;
  /** Milliseconds since the Unix epoch, with the leeway subtracted. */
  readonly validFrom: number;
}

/** Longer tokens are refused unread. */
const maxTokenLength = 8_192;
const maxCachedTokens = 10_000;
/** How far the signer's clock and this machine's clock may differ. */
const leewayMs = 5_000;
/** Ten years, leap days included. A longer lifetime means that `exp` is in milliseconds by mistake. */
export const maxLifetimeSeconds = 3_653 * 86_400;

/**
 * Turns a token into a viewer. Verifying costs some 20 µs with a KeyObject (325 µs more with the secret as a string,
 * which jsonwebtoken first tries to read as a public key), and less than 1 µs for a token that was verified before.
 */
export class Authenticator {
  readonly #key: KeyObject;
  readonly #options: AuthenticatorOptions;
  /** Tokens that were fully valid when they first came, by their exact text. */
  readonly #verified = new LRUCache<string, VerifiedToken>({ max: maxCachedTokens });

  constructor(options: AuthenticatorOptions) {
    this.#key = createSecretKey(Buffer.from(options.jwt.secret));
    this.#options = options;
  }

  /**
   * @param token the bare token; undefined: the viewer is anonymous
   * @throws StandingsError `unauthenticated` for a token that is not valid (any more, or yet). Only the log says why
   */
  authenticate(token: string | undefined): Viewer {
    if (token === undefined) return anonymous;
    try {
      return this.#viewerOf(token);
    } catch (error) {
      if (!(error instanceof RefusedToken)) throw error;
      this.#options.logger.debug({ reason: error.message }, "a token was refused");
      throw new StandingsError("unauthenticated", { cause: error });
    }
  }

  #viewerOf(token: string): AuthenticatedViewer {
    if (token.length > maxTokenLength) throw new RefusedToken("it is too long");
    const now = this.#options.now();
    const known = this.#verified.get(token);
    const { viewer, validFrom } = known ?? this.#verify(token, now);
    if (now < validFrom || now >= viewer.expiresAt) {
      this.#verified.delete(token);
      throw new RefusedToken(now < validFrom ? "it is not valid yet" : "it has expired");
    }
    if (!known) this.#verified.set(token, { viewer, validFrom });
    return viewer;
  }

  /** Checks everything except whether the token is valid now, which is checked at each use. */
  #verify(token: string, now: number): VerifiedToken {
    const { issuer, audience } = this.#options.jwt;
    const { sub, role, exp, nbf, iat } = verifyToken(token, { key: this.#key, issuer, audience });
    if (exp * 1000 - now > maxLifetimeSeconds * 1000 + leewayMs) {
      throw new RefusedToken("it expires in more than ten years");
    }
    const validFrom = Math.max(nbf ?? -Infinity, iat ?? -Infinity) * 1000 - leewayMs;
    return { viewer: { role, subject: sub, expiresAt: exp * 1000 + leewayMs }, validFrom };
  }
}

const bearer = /^Bearer +([^\s]+) *$/i;
/** Clients without a token send nothing, or the scheme alone. */
const nothing = /^\s*(Bearer\s*)?$/i;
/** Credentials (RFC 9110) of a scheme other than Bearer. */
const otherScheme = /^(?!Bearer )[\w!#$%&'*+.^`|~-]+ +\S/i;

/**
 * The token of an `Authorization: Bearer` header. A header with another scheme is for another server, mostly a proxy in
 * front that asks for a password. Browsers send it with every request, so it counts as no token.
 *
 * @throws StandingsError `unauthenticated` for a header of another form: a caller that tries to authenticate must not
 * count as anonymous
 */
export function bearerToken(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const token = bearer.exec(header)?.[1];
  if (token === undefined && !nothing.test(header) && !otherScheme.test(header)) {
    throw new StandingsError("unauthenticated");
  }
  return token;
}

/**
 * The token of a field for tokens: bare, or behind `Bearer`. Clients without a token send null or nothing there.
 *
 * @throws StandingsError `unauthenticated` for anything else, because only the client itself can have put it there
 */
export function fieldToken(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string") throw new StandingsError("unauthenticated");
  if (nothing.test(value)) return undefined;
  const token = bearer.exec(value)?.[1] ?? value;
  if (/\s/.test(token)) throw new StandingsError("unauthenticated");
  return token;
}

/**
 * The token of a caller that may have sent it in several places.
 *
 * @throws StandingsError `unauthenticated` when two differ: the viewer must not depend on which of them is read first
 */
export function onlyToken(...tokens: readonly (string | undefined)[]): string | undefined {
  const different = new Set(tokens);
  different.delete(undefined);
  if (different.size > 1) throw new StandingsError("unauthenticated");
  const [token] = different;
  return token;
}
