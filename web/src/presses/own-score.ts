import type { Confirmed, Press } from "./press.js";

/** A player's score at a revision. */
export interface KnownScore {
  readonly score: number;
  readonly revision: number;
}

/** The newer of what was pushed and what was answered. */
export function newestOf(pushed: KnownScore | null, answered: Confirmed | null): KnownScore | null {
  if (pushed === null || answered === null) return pushed ?? answered;
  return answered.revision > pushed.revision ? answered : pushed;
}

/**
 * The score to show on a board that adds: what is known, and what was pressed since.
 *
 * A push may hold a press whose answer is still on its way, and it can't be told which. So what was pressed is added to
 * `base`, the score that was known before any of it was sent, and a push that is already higher stands for itself. The
 * result is never higher than the truth will be.
 */
export function optimisticScore(base: number, newest: number, pending: readonly Press[]): number {
  const pressed = pending.reduce((sum, { amount }) => sum + amount, 0);
  return pressed <= 0 ? newest : Math.max(newest, Math.min(base + pressed, Number.MAX_SAFE_INTEGER));
}
