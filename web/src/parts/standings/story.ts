import type { Entry, Snapshot } from "../../live/board-view.js";
import { eventsBetween, keepRecent, type BoardEvent } from "./events.js";
import { addSample, windowMs, type Sample, type Samples } from "./track.js";

/** Changes of one score that follow each other this fast are shown as one. */
const mergeMs = 400;
/** How long a change stays on the page. */
export const changeShownMs = 2_400;
/** More players than can be on a page within a minute; a bound for boards where everybody comes and goes. */
const mostTracks = 240;

/** How a row differs from the row shown before. "up" and "down" are directions on the screen. */
export type Step = "new" | "up" | "down" | "score";

/** The change just made to a score. */
export interface ScoreChange {
  readonly amount: number;
  readonly since: number;
}

/** What is remembered of a player. */
export interface Track {
  readonly samples: Samples;
  /** When the player was last among the rows. */
  readonly seenAt: number;
  readonly change: ScoreChange | null;
  readonly step: Step | null;
  /** Grows with each step of this row, so that two equal steps in a row are told apart. */
  readonly steps: number;
}

/** What a page has seen of one season of one board. Its size has a bound, however long the page is open. */
export interface Story {
  readonly startedAt: number;
  readonly snapshot: Snapshot;
  readonly tracks: ReadonlyMap<string, Track>;
  /** Newest first. */
  readonly events: readonly BoardEvent[];
  /** How often the lead has changed. */
  readonly leads: number;
}

/** The story after a snapshot, which came at `now`. A new season begins a new story; an older snapshot changes nothing. */
export function nextStory(story: Story | null, snapshot: Snapshot, now: number): Story {
  if (story === null || snapshot.season > story.snapshot.season) return firstStory(snapshot, now);
  if (snapshot.season < story.snapshot.season || isOlder(snapshot.revision, story.snapshot.revision)) return story;
  const before = story.snapshot.entries;
  const placeBefore = new Map(before.map(({ userId }, place) => [userId, place]));
  const tracks = new Map(story.tracks);
  snapshot.entries.forEach((entry, place) => {
    const was = placeBefore.get(entry.userId);
    const rankWas = was === undefined ? undefined : before[was]?.rank;
    const track = tracks.get(entry.userId);
    // Set anew at the end, so that the map is ordered by when players were last seen.
    tracks.delete(entry.userId);
    tracks.set(entry.userId, nextTrack(track, entry, stepOf(entry, place, was, rankWas), now));
  });
  const events = eventsBetween(before, snapshot.entries, now);
  return {
    startedAt: story.startedAt,
    snapshot,
    tracks: forget(tracks, now),
    events: keepRecent([...events, ...story.events], now),
    leads: story.leads + (events.some(({ kind }) => kind === "lead") ? 1 : 0),
  };
}

/** The story as it is at `now`: what happened long ago is no news. The same story comes back when nothing changed. */
export function agedStory(story: Story, now: number): Story {
  const events = keepRecent(story.events, now);
  return events === story.events ? story : { ...story, events };
}

function firstStory(snapshot: Snapshot, now: number): Story {
  const tracks = snapshot.entries.map((entry): [string, Track] => [
    entry.userId,
    { samples: [sampleOf(entry, now)], seenAt: now, change: null, step: null, steps: 0 },
  ]);
  return { startedAt: now, snapshot, tracks: new Map(tracks), events: [], leads: 0 };
}

function nextTrack(track: Track | undefined, entry: Entry, step: Step | "none", now: number): Track {
  const sample = sampleOf(entry, now);
  const last = track?.samples.at(-1);
  // The score of a player that comes from below the rows is new to this page, so no change of it can be told.
  const by = last && step !== "new" ? entry.score - last.score : 0;
  const changed = by !== 0 || (step !== "none" && step !== "score");
  return {
    samples: track ? addSample(track.samples, sample) : [sample],
    seenAt: now,
    change: by === 0 ? (track?.change ?? null) : merged(track?.change ?? null, by, now),
    step: !changed ? (track?.step ?? null) : step === "none" ? "score" : step,
    steps: (track?.steps ?? 0) + (changed ? 1 : 0),
  };
}

function merged(change: ScoreChange | null, by: number, now: number): ScoreChange | null {
  if (change === null || now - change.since > mergeMs) return { amount: by, since: now };
  const amount = change.amount + by;
  return amount === 0 ? null : { amount, since: change.since };
}

function stepOf(entry: Entry, place: number, was: number | undefined, rankWas: number | undefined): Step | "none" {
  if (was === undefined) return "new";
  if (place !== was) return place < was ? "up" : "down";
  if (rankWas !== undefined && entry.rank !== rankWas) return entry.rank < rankWas ? "up" : "down";
  return "none";
}

function sampleOf({ score, rank }: Entry, at: number): Sample {
  return { at, score, rank };
}

/** The first answer of a server has no revision, and is older than any. */
function isOlder(revision: number | null, shown: number | null): boolean {
  return shown !== null && (revision === null || revision < shown);
}

/** Drops players that have not been among the rows for a minute. */
function forget(tracks: Map<string, Track>, now: number): ReadonlyMap<string, Track> {
  for (const [userId, { seenAt }] of tracks) {
    if (now - seenAt <= windowMs && tracks.size <= mostTracks) break;
    tracks.delete(userId);
  }
  return tracks;
}
