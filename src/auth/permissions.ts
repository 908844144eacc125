import type { BoardDefinition } from "../domain/board.js";
import type { IncrementField } from "../domain/change.js";
import { StandingsError, badInput } from "../domain/errors.js";
import type { UserId } from "../domain/player.js";
import type { Role } from "../domain/role.js";
import type { Score } from "../domain/score.js";
import type { AuthenticatedViewer } from "./roles.js";

/** Which roles may do what. Reading and subscribing need no token. */
const permissions = {
  changeOwnScore: ["player", "service", "admin"],
  changeOtherScore: ["service", "admin"],
  /** Also negative, and larger than `MAX_INCREMENT`. */
  changeByAnyAmount: ["service", "admin"],
  setOwnProfile: ["player", "service", "admin"],
  setOtherProfile: ["service", "admin"],
  /** Boards, seasons, and the log of what admins did. */
  administer: ["admin"],
} as const satisfies Record<string, readonly Role[]>;

type Operation = keyof typeof permissions;

function may({ role }: AuthenticatedViewer, operation: Operation): boolean {
  const allowed: readonly Role[] = permissions[operation];
  return allowed.includes(role);
}

/**
 * Returns when this viewer's token may write on this board, whatever its role may do there.
 *
 * @throws StandingsError `forbidden`
 */
export function authorizeBoard({ boards }: AuthenticatedViewer, board: string): void {
  if (boards && !boards.has(board)) {
    throw new StandingsError("forbidden", { message: "This token may not write on this board." });
  }
}

/**
 * Returns when this viewer may change this player's score on this board.
 *
 * @throws StandingsError `forbidden`
 */
export function authorizeChange(viewer: AuthenticatedViewer, { writers }: BoardDefinition, userId: UserId): void {
  if (writers === "SERVICES" && !may(viewer, "changeOtherScore")) {
    throw new StandingsError("forbidden", { message: "On this board only services change scores." });
  }
  if (!may(viewer, userId === viewer.subject ? "changeOwnScore" : "changeOtherScore")) {
    throw new StandingsError("forbidden", { message: "A player may change no score but its own." });
  }
}

/** @throws StandingsError `badInput` for an amount that a player may not send */
export function authorizeIncrement(
  viewer: AuthenticatedViewer,
  increment: Score,
  field: IncrementField,
  maxIncrement: number,
): void {
  if ((increment < 1 || increment > maxIncrement) && !may(viewer, "changeByAnyAmount")) {
    throw badInput(`${field} must be from 1 to ${maxIncrement} for a player.`);
  }
}

/**
 * Returns when this viewer may set this player's profile. A profile belongs to no board, so a token for some boards alone
 * may set its own subject's profile only.
 *
 * @throws StandingsError `forbidden`
 */
export function authorizeProfile(viewer: AuthenticatedViewer, userId: UserId): void {
  const isOwn = userId === viewer.subject;
  if (!may(viewer, isOwn ? "setOwnProfile" : "setOtherProfile")) {
    throw new StandingsError("forbidden", { message: "A player may set no profile but its own." });
  }
  if (viewer.boards && !isOwn) {
    throw new StandingsError("forbidden", { message: "This token may write on its boards alone." });
  }
}

/**
 * Returns when this viewer is an admin.
 *
 * @throws StandingsError `forbidden`
 */
export function authorizeAdmin(viewer: AuthenticatedViewer): void {
  if (!may(viewer, "administer")) throw new StandingsError("forbidden", { message: "This takes the role admin." });
}
