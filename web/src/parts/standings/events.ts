import { nameOf } from "../../format/name.js";
import type { Entry } from "../../live/board-view.js";

/** How many rows a board shows. */
export const shownRows = 10;

/** How long an event is news. */
const newsMs = 20_000;
/** One player's events of one kind are told once in this time, however often the place changes hands. */
const quietMs = 8_000;
const mostEvents = 12;
/** From so many places at once a climb is worth a sentence. */
const longClimb = 3;

/** Something worth a sentence. */
export interface BoardEvent {
  readonly kind: "lead" | "level" | "podium" | "climb" | "enter";
  readonly userId: string;
  readonly name: string;
  /** Who led before. */
  readonly from: string | null;
  /** The rank that was reached. */
  readonly rank: number;
  readonly at: number;
}

/** What happened from one list of rows to the next, the most important first. */
export function eventsBetween(before: readonly Entry[], after: readonly Entry[], at: number): BoardEvent[] {
  if (before.length === 0) return [];
  const ranks = new Map(before.map(({ userId, rank }, place) => [userId, { rank, place }]));
  const leaders = new Set(before.filter(({ rank }) => rank === 1).map(({ userId }) => userId));
  const stillLeads = after.some(({ userId, rank }) => rank === 1 && leaders.has(userId));
  const events: BoardEvent[] = [];
  const [oldLeader] = before;
  after.slice(0, shownRows).forEach((entry, place) => {
    const was = ranks.get(entry.userId);
    const tell = (kind: BoardEvent["kind"], from: string | null = null) =>
      events.push({ kind, userId: entry.userId, name: nameOf(entry), from, rank: entry.rank, at });
    if (entry.rank === 1 && was?.rank !== 1) {
      if (stillLeads) tell("level");
      else if (place === 0) tell("lead", oldLeader ? nameOf(oldLeader) : null);
    } else if (was === undefined || was.place >= shownRows) tell("enter");
    else if (entry.rank <= 3 && entry.rank < was.rank) tell("podium");
    else if (was.place - place >= longClimb) tell("climb");
  });
  return events;
}

/** Events that are still news, without those that repeat what the same player did a moment ago. Newest first. */
export function keepRecent(events: readonly BoardEvent[], now: number): readonly BoardEvent[] {
  const kept = events.filter(
    (event, index) =>
      now - event.at < newsMs &&
      !events.slice(index + 1).some((older) => isSame(event, older) && event.at - older.at < quietMs),
  );
  return kept.length === events.length && kept.length <= mostEvents ? events : kept.slice(0, mostEvents);
}

function isSame(event: BoardEvent, other: BoardEvent): boolean {
  return event.kind === other.kind && event.userId === other.userId && event.rank === other.rank;
}
