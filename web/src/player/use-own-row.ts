import { useMemo, useState } from "react";
import type { BoardView, Entry, Profile } from "../live/board-view.js";
import { followSent, newestOf, optimisticScore, type PushedPlace, type Sent } from "../presses/own-score.js";
import type { QueueState } from "../presses/press-queue.js";
import type { Operator, Press, Refusal } from "../presses/press.js";

export interface OwnRow {
  /** Whom the page shows, with or without a score. */
  readonly identity: Pick<Entry, "userId" | "player">;
  /** The row with the score to show, and the rank that the server told last; null while there is none. */
  readonly row: Entry | null;
  /** The score that the server told last; null while there is none. */
  readonly told: number | null;
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
  { pending, sent, refused, confirmed }: QueueState,
  operator: Operator,
): OwnRow {
  const pushedRow = view.around?.find((row) => row.userId === userId);
  const place = newestOf(pushedPlace(view, pushedRow), confirmed);
  const season = view.snapshot?.season ?? view.facts?.season.number ?? null;
  const counts = (press: Press) => press.season === null || season === null || press.season === season;
  const following = useSent(sent.filter(counts), refused, place?.score ?? null);
  const waiting = operator === "ADD" ? pending.filter(counts) : [];

  const { displayName, avatarUrl, country } = pushedRow?.player ?? profile ?? noProfile;
  const identity = useMemo(
    () => ({ userId, player: { displayName, avatarUrl, country } }),
    [userId, displayName, avatarUrl, country],
  );
  const score = place && (waiting.length > 0 ? optimisticScore(place.score, following, waiting) : place.score);
  const isTied = ({ userId: other, ...row }: Entry) =>
    other !== userId && row.rank === place?.rank && row.score === place.score;
  return {
    identity,
    row: place === null || score === null ? null : { ...identity, rank: place.rank, score },
    told: place?.score ?? null,
    tied: (view.around ?? []).some(isTied),
    unconfirmed: waiting.length,
  };
}

function pushedPlace({ around, aroundRevision }: BoardView, row: Entry | undefined): PushedPlace | null {
  return around === null ? null : { place: row ?? null, revision: aroundRevision ?? 0 };
}

function useSent(sent: readonly Press[], refused: readonly Refusal[], newest: number | null): Sent {
  // What was kept over a reload was sent at a time whose score is not known.
  const [known, setKnown] = useState<Sent>({ presses: sent, least: null });
  const next = followSent(known, sent, refused, newest);
  if (next !== known) setKnown(next);
  return next;
}
