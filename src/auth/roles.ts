import { StandingsError, badInput } from "../domain/errors.js";
import type { UserId } from "../domain/player.js";
import type { Score } from "../domain/score.js";

export const roles = ["player", "service", "admin"] as const;
export type Role = (typeof roles)[number];

/** Who asks. Without a token one may read and subscribe. */
export type Viewer = AnonymousViewer | AuthenticatedViewer;

export interface AnonymousViewer {
  readonly role: "none";
}

export interface AuthenticatedViewer {
  readonly role: Role;
  readonly subject: string;
  /** Until when the token counts, in milliseconds since the epoch: its `exp` and the leeway, the same on every transport. */
  readonly expiresAt: number;
}

export const anonymous: AnonymousViewer = { role: "none" };

/** @throws StandingsError `unauthenticated` for a viewer without a token */
export function requireAuthenticated(viewer: Viewer): AuthenticatedViewer {
  if (viewer.role === "none") throw new StandingsError("unauthenticated");
  return viewer;
}

/**
 * Passes when this viewer may make this increment.
 *
 * @throws StandingsError `forbidden` for somebody else's score, `badInput` for an amount that a player may not send
 */
export function authorizeIncrement(
  viewer: AuthenticatedViewer,
  userId: UserId,
  increment: Score,
  maxIncrement: number,
): void {
  if (viewer.role !== "player") return;
  if (userId !== viewer.subject) {
    throw new StandingsError("forbidden", { message: "A player may change no score but its own." });
  }
  if (increment < 1 || increment > maxIncrement) {
    throw badInput(`scoreIncrement must be from 1 to ${maxIncrement} for a player.`);
  }
}
