import { useMemo, useRef } from "react";
import type { BoardView, Entry, Profile } from "../live/board-view.js";
import { newestOf, optimisticScore } from "../presses/own-score.js";
import type { QueueState } from "../presses/press-queue.js";
import type { Operator } from "../presses/press.js";

export interface OwnRow {
  /** Whom the page shows, with or without a score. */
  readonly identity: Pick<Entry, "userId" | "player">;
  /** The row with the score to show; null while there is none. */
  readonly row: Entry | null;
  /** Whether others share the rank. */
  readonly tied: boolean;
  /** Changes that the shown score holds and that no server has confirmed yet. */
  readonly unconfirmed: number;
}

const noProfile: Profile = { displayName: null, avatarUrl: null, country: null };

/** The player's own row: what was pushed, what was answered, and what was pressed since. */
export function useOwnRow(
  view: BoardView,
  userId: string,
  profile: Profile | undefined,
  { pending, confirmed, phase }: QueueState,
  operator: Operator,
): OwnRow {
  const pushedRow = view.around?.find((row) => row.userId === userId);
  const pushed = pushedRow && { score: pushedRow.score, revision: view.aroundRevision ?? 0 };
  const newest = newestOf(pushed ?? null, confirmed);
  // What was known before anything that waits was sent.
  const base = useRef(0);
  if (phase.kind === "idle" || pending.length === 0) base.current = newest?.score ?? 0;

  const adds = operator === "ADD" && pending.length > 0;
  const score = adds ? optimisticScore(base.current, newest?.score ?? 0, pending) : newest?.score;
  const rank = pushedRow?.rank ?? confirmed?.rank;
  const { displayName, avatarUrl, country } = pushedRow?.player ?? profile ?? noProfile;
  const identity = useMemo(
    () => ({ userId, player: { displayName, avatarUrl, country } }),
    [userId, displayName, avatarUrl, country],
  );
  return {
    identity,
    row: score === undefined || rank === undefined ? null : { ...identity, rank, score },
    tied: pushedRow !== undefined && (view.around ?? []).filter((row) => row.rank === pushedRow.rank).length > 1,
    unconfirmed: adds ? pending.length : 0,
  };
}
