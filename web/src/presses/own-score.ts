import type { Confirmed, Press, Refusal } from "./press.js";

/** A player's place as the server told it. */
export interface Place {
  readonly rank: number;
  readonly score: number;
}

/** What was pushed of a player: its place at a revision; null when it has no score there. */
export interface PushedPlace {
  readonly place: Place | null;
  readonly revision: number;
}

/**
 * The newer of what was pushed and what was answered; null without a score. So a push after a season's end wins over an
 * answer of the season before.
 */
export function newestOf(pushed: PushedPlace | null, answered: Confirmed | null): Place | null {
  const isAnswered = answered !== null && (pushed === null || answered.revision > pushed.revision);
  return isAnswered ? answered : (pushed?.place ?? null);
}

/** The presses that were sent and have no answer: a score that was pushed since may hold them, and nobody can tell. */
export interface Sent {
  readonly presses: readonly Press[];
  /** The score will be at least this when all of them count; null while nobody knows. */
  readonly least: number | null;
}

/**
 * Follows what the queue sends. The score that is known when presses are sent holds none of them, so the score will be
 * higher by them, at least.
 *
 * @param sent the presses that the queue has sent, and that have no answer
 * @param newest the newest score that was pushed or answered; null without one
 * @returns `known` itself while nothing changes
 */
export function followSent(
  known: Sent,
  sent: readonly Press[],
  refused: readonly Refusal[],
  newest: number | null,
): Sent {
  const fresh = sent.filter((press) => !known.presses.includes(press));
  const gone = known.presses.filter((press) => !sent.includes(press));
  if (fresh.length === 0 && gone.length === 0) return known;
  const someStay = gone.length < known.presses.length;
  // A refused press adds nothing, and the score that the others make is told soon.
  const stays = someStay && !refused.some(({ press }) => gone.includes(press));
  const least = stays ? known.least : null;
  if (fresh.length === 0) return { presses: sent, least };
  return { presses: sent, least: newest === null ? null : Math.max(newest, least ?? newest) + sumOf(fresh) };
}

/**
 * The score to show on a board that adds. While all presses count it never falls, and is never higher than the truth
 * will be.
 *
 * @param waiting all presses without an answer, those of `sent` included
 */
export function optimisticScore(newest: number, sent: Sent, waiting: readonly Press[]): number {
  const unsent = waiting.filter((press) => !sent.presses.includes(press));
  return Math.min(Math.max(newest, sent.least ?? newest) + sumOf(unsent), Number.MAX_SAFE_INTEGER);
}

function sumOf(presses: readonly Press[]): number {
  return presses.reduce((sum, { amount }) => sum + amount, 0);
}
