import type { IncrementField } from "../domain/change.js";
import { StandingsError, badInput } from "../domain/errors.js";
import type { UserId } from "../domain/player.js";
import type { Score } from "../domain/score.js";

/** Each may do all that the roles before it may. */
export const roles = ["player", "service", "admin"] as const;
export type Role = (typeof roles)[number];

export function isRole(value: unknown): value is Role {
  return (roles as readonly unknown[]).includes(value);
}

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
}

export const anonymous: AnonymousViewer = { role: "none" };

/** @throws StandingsError `unauthenticated` for a viewer without a token */
export function requireAuthenticated(viewer: Viewer): AuthenticatedViewer {
  if (viewer.role === "none") throw new StandingsError("unauthenticated");
  return viewer;
}

/**
 * Returns when this viewer may make this increment.
 *
 * @throws StandingsError `forbidden` for another player's score, `badInput` for an amount that a player may not send
 */
export function authorizeIncrement(
  viewer: AuthenticatedViewer,
  userId: UserId,
  increment: Score,
  { field, maxIncrement }: { field: IncrementField; maxIncrement: number },
): void {
  if (viewer.role !== "player") return;
  if (userId !== viewer.subject) {
    throw new StandingsError("forbidden", { message: "A player may change no score but its own." });
  }
  if (increment < 1 || increment > maxIncrement) {
    throw badInput(`${field} must be from 1 to ${maxIncrement} for a player.`);
  }
}
