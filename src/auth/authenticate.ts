import { StandingsError } from "../domain/errors.js";
import type { Logger } from "../observability/logger.js";
import { requestIdOf, type RequestOrigin } from "../observability/request-id.js";
import type { AuthMetrics } from "./metrics.js";
import { RefusedToken } from "./refused-token.js";
import { anonymous, type AuthenticatedViewer, type Viewer } from "./roles.js";

/** Tokens that are issued and checked in one way. */
export interface TokenKind {
  /** Whether a token is of this kind. Judges by its form alone. */
  isOfKind(token: string): boolean;
  /**
   * @returns the token's viewer; a promise only where the token has to be looked up first
   * @throws RefusedToken when the token is not valid (any more, or yet); StandingsError `unavailable` when it can't be
   * looked up
   */
  verify(token: string): AuthenticatedViewer | Promise<AuthenticatedViewer>;
}

/** Longer tokens are refused unread. */
const maxTokenLength = 8_192;

/** Turns a token into a viewer. The first kind that a token can be of decides about it. */
export class Authenticator {
  readonly #kinds: readonly TokenKind[];
  readonly #logger: Logger;
  readonly #metrics: AuthMetrics | undefined;

  constructor(kinds: readonly TokenKind[], logger: Logger, metrics?: AuthMetrics) {
    this.#kinds = kinds;
    this.#logger = logger;
    this.#metrics = metrics;
  }

  /**
   * Costs some 1 µs, without a promise, for a token that was verified before.
   *
   * @param token the bare token; undefined: the viewer is anonymous
   * @param request names the request in the log
   * @throws StandingsError `unauthenticated` for a token that is not valid, `unavailable` when nobody can say; a promise
   * rejects with the same. Only the log says why
   */
  authenticate(token: string | undefined, request?: RequestOrigin): Viewer | Promise<Viewer> {
    if (token === undefined) return anonymous;
    try {
      const viewer = this.#verify(token);
      return viewer instanceof Promise ? viewer.catch((error: unknown) => this.#refuse(error, request)) : viewer;
    } catch (error) {
      return this.#refuse(error, request);
    }
  }

  #verify(token: string): AuthenticatedViewer | Promise<AuthenticatedViewer> {
    if (token.length > maxTokenLength) throw new RefusedToken("it is too long");
    const kind = this.#kinds.find((each) => each.isOfKind(token));
    if (!kind) throw new RefusedToken("nothing here issues tokens of its form");
    return kind.verify(token);
  }

  #refuse(error: unknown, request: RequestOrigin | undefined): never {
    const refused = error instanceof RefusedToken;
    this.#metrics?.failures.inc({ reason: refused ? "refused" : "unavailable" });
    if (!refused) throw error;
    const requestId = request && requestIdOf(request);
    this.#logger.debug({ reason: error.message, requestId }, "a token was refused");
    throw new StandingsError("unauthenticated", { cause: error });
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
