import { LRUCache } from "lru-cache";
import type { Claims } from "./json-web-token.js";
import type { Role } from "../domain/role.js";
import { RefusedToken } from "./refused-token.js";
import type { AuthenticatedViewer } from "./roles.js";

/** The key that signed a token. */
export interface Signer {
  /** Once this is true, tokens that the key signed no longer count as verified. */
  readonly withdrawn: boolean;
}

/** What is known of a verified token besides its claims. */
export interface Verdict {
  readonly role: Role;
  /** Undefined: a key that lasts as long as the process. */
  readonly signer?: Signer;
}

/** A token that is valid from `validFrom` until its viewer expires. */
interface VerifiedToken {
  readonly viewer: AuthenticatedViewer;
  /** Milliseconds since the Unix epoch, with the leeway subtracted. */
  readonly validFrom: number;
  readonly signer: Signer | undefined;
}

const maxTokens = 10_000;
/** How far the signer's clock and this machine's clock may differ. */
const leewayMs = 5_000;
/** Ten years, leap days included. A longer lifetime means that `exp` is in milliseconds by mistake. */
export const maxLifetimeSeconds = 3_653 * 86_400;

/** JSON Web Tokens that were fully valid when they first came, by their exact text. Checks their times at each use. */
export class VerifiedTokens {
  readonly #now: () => number;
  readonly #tokens = new LRUCache<string, VerifiedToken>({ max: maxTokens });

  /** @param now milliseconds since the Unix epoch */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Whether the token was verified before. It may have expired since. */
  has(token: string): boolean {
    return this.#tokens.has(token);
  }

  /**
   * @returns undefined for a token that is not known, or whose key was withdrawn
   * @throws RefusedToken when it is not valid now
   */
  viewerOf(token: string): AuthenticatedViewer | undefined {
    const known = this.#tokens.get(token);
    if (!known) return undefined;
    if (known.signer?.withdrawn) {
      this.#tokens.delete(token);
      return undefined;
    }
    try {
      return validAt(this.#now(), known);
    } catch (error) {
      this.#tokens.delete(token);
      throw error;
    }
  }

  /**
   * @param claims of a token whose signature is right
   * @throws RefusedToken when it is not valid now
   */
  add(token: string, { sub, boards, exp, nbf, iat }: Claims, { role, signer }: Verdict): AuthenticatedViewer {
    const now = this.#now();
    if (exp * 1000 - now > maxLifetimeSeconds * 1000 + leewayMs) {
      throw new RefusedToken("it expires in more than ten years");
    }
    const validFrom = Math.max(nbf ?? -Infinity, iat ?? -Infinity) * 1000 - leewayMs;
    const verified = {
      viewer: { role, subject: sub, boards: boards && new Set(boards), expiresAt: exp * 1000 + leewayMs },
      validFrom,
      signer,
    };
    const viewer = validAt(now, verified);
    this.#tokens.set(token, verified);
    return viewer;
  }
}

function validAt(now: number, { viewer, validFrom }: VerifiedToken): AuthenticatedViewer {
  if (now < validFrom) throw new RefusedToken("it is not valid yet");
  if (now >= viewer.expiresAt) throw new RefusedToken("it has expired");
  return viewer;
}
