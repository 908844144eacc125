import type { Session } from "../client/session.js";
import type { PressTarget } from "./press.js";

/** What the page knows of a board's rules for writing. */
export interface WritingRules {
  readonly writers: "PLAYERS" | "SERVICES";
  readonly archived: boolean;
}

/**
 * Why a press can't count, as far as the page can tell; null: it may. The server judges in the end: an opaque token says
 * nothing, and claims may mean more to the server than to the page.
 */
export type Hindrance = "archived" | "services-only" | "signed-out" | "other-player" | "other-board";

export function hindranceOf(
  { writers, archived }: WritingRules,
  { board, userId }: Pick<PressTarget, "board" | "userId">,
  session: Session | null,
): Hindrance | null {
  if (archived) return "archived";
  const facts = session?.facts;
  const isPlayer = facts?.kind === "claims" && facts.role === "player";
  if (writers === "SERVICES" && (facts === undefined || isPlayer)) return "services-only";
  if (facts === undefined) return "signed-out";
  if (facts.kind === "opaque") return null;
  if (isPlayer && facts.subject !== userId) return "other-player";
  return facts.boards !== null && !facts.boards.includes(board) ? "other-board" : null;
}
