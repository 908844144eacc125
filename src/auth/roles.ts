import { StandingsError } from "../domain/errors.js";
import type { Role } from "../domain/role.js";

/** The sender of a request, with its role. A viewer without a token may read and subscribe. */
export type Viewer = AnonymousViewer | AuthenticatedViewer;

export interface AnonymousViewer {
  readonly role: "none";
}

export interface AuthenticatedViewer {
  readonly role: Role;
  readonly subject: string;
  /** When the token stops counting, in milliseconds since the Unix epoch: `exp` plus the leeway, on every transport. */
  readonly expiresAt: number;
  /** The ids of the boards that it may write on; undefined: all boards. */
  readonly boards?: ReadonlySet<string> | undefined;
  /** Undefined: the token counts until it expires. */
  readonly earlyEnd?: EarlyEnd;
}

/**
 * Why a token stops counting before it expires: it was revoked, or its issuer could not be asked for so long that it may
 * have been revoked.
 */
export type EarlyEndReason = "revoked" | "unconfirmed";

/** Tells when a token stops counting before it expires. */
export interface EarlyEnd {
  /** Undefined while the token counts. */
  readonly reason: EarlyEndReason | undefined;
  /**
   * Calls a listener when the token stops counting; not when it has already. O(1), also with thousands of listeners.
   *
   * @returns a function that removes the listener
   */
  watch(listener: (reason: EarlyEndReason) => void): () => void;
}

export const anonymous: AnonymousViewer = { role: "none" };

/** @throws StandingsError `unauthenticated` for a viewer without a token */
export function requireAuthenticated(viewer: Viewer): AuthenticatedViewer {
  if (viewer.role === "none") throw new StandingsError("unauthenticated");
  return viewer;
}
