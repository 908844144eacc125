import type { Entry, Order } from "../../live/board-view.js";
import type { MovementValue, SparklinePoint } from "../row-values.js";
import { shownRows } from "./events.js";
import { gapOf, isTied, shareOf, type Gap } from "./standing.js";
import { changeShownMs, type Step, type Story, type Track } from "./story.js";
import { sampleAt, sampleMs, slotOf, windowMs, type Samples } from "./track.js";

/** A row as it is drawn. */
export interface Row {
  readonly entry: Entry;
  /** From 0. Tied rows share a rank, and each has a place of its own. */
  readonly place: number;
  readonly tied: boolean;
  readonly movement: MovementValue;
  /** The change just made, while it is news. */
  readonly change: number | null;
  /** When the change began, which tells two changes of the same amount apart. */
  readonly changeSince: number;
  readonly step: Step | null;
  readonly steps: number;
  readonly gap: Gap;
  readonly share: number;
  /** The score over the last minute. One scale for all rows, so that slopes can be compared. */
  readonly trend: Trend;
}

/** Points, and what they were made of: the same trend is made once. */
interface Trend {
  readonly points: readonly SparklinePoint[];
  /** The last score minus the first one. */
  readonly change: number;
  readonly samples: Samples;
  readonly slot: number;
  readonly scale: number;
}

/** The rows to draw at `now`. A row that looks as it did in `drawn` is the same object, so that React skips it. */
export function rowsAt(story: Story, now: number, order: Order, drawn: readonly Row[] = []): readonly Row[] {
  const entries = story.snapshot.entries;
  const shown = entries.slice(0, shownRows);
  const before = new Map(drawn.map((row) => [row.entry.userId, row]));
  const leader = shown[0]?.score ?? 0;
  const tracks = shown.map(({ userId }) => story.tracks.get(userId));
  const scale = scaleOf(tracks, now);
  const rows = shown.flatMap((entry, place) => {
    const track = tracks[place];
    if (!track) return [];
    const change = track.change !== null && now - track.change.since < changeShownMs ? track.change : null;
    const was = before.get(entry.userId);
    const row: Row = {
      entry: was && sameEntry(was.entry, entry) ? was.entry : entry,
      place,
      tied: isTied(entries, place),
      movement: movementOf(story, track, entry, now),
      change: change?.amount ?? null,
      changeSince: change?.since ?? 0,
      step: track.step,
      steps: track.steps,
      gap: sameGap(was?.gap, gapOf(entries, place)),
      share: shareOf(entry.score, leader, order),
      trend: trendOf(track.samples, slotOf(now), scale, order, was?.trend),
    };
    return [was && sameRow(was, row) ? was : row];
  });
  return rows.length === drawn.length && rows.every((row, place) => row === drawn[place]) ? drawn : rows;
}

/** Rows below the shown ones that share the last one's rank. */
export function alsoOnLastRank(entries: readonly Entry[]): readonly Entry[] {
  const last = entries[shownRows - 1];
  return last ? entries.slice(shownRows).filter(({ rank }) => rank === last.rank) : [];
}

function movementOf(story: Story, { samples }: Track, { rank }: Entry, now: number): MovementValue {
  const then = sampleAt(samples, now - windowMs) ?? (samples[0].at <= story.startedAt ? samples[0] : undefined);
  return then === undefined ? "new" : then.rank - rank;
}

/** The largest range of a score within the minute, rounded up to a power of two so that it seldom changes. */
function scaleOf(tracks: readonly (Track | undefined)[], now: number): number {
  let range = 1;
  for (const track of tracks) {
    if (!track) continue;
    const scores = track.samples.filter(
      ({ at }, n, all) => (all[n + 1]?.at ?? at) >= now - windowMs || n === all.length - 1,
    );
    const values = scores.map(({ score }) => score);
    range = Math.max(range, Math.max(...values) - Math.min(...values));
  }
  return 2 ** Math.ceil(Math.log2(range));
}

/** A line through the score at every other second. It rises where a player gets better. */
function trendOf(samples: Samples, slot: number, scale: number, order: Order, was: Trend | undefined): Trend {
  if (was && was.samples === samples && was.slot === slot && was.scale === scale) return was;
  const steps = windowMs / sampleMs;
  // The line begins where something is known, and grows towards the left while the page is open.
  const known = Math.min(steps, Math.max(0, slot - slotOf(samples[0].at)));
  const values = Array.from({ length: known + 1 }, (_, step) => {
    const moment = (slot - known + step + 1) * sampleMs;
    return (sampleAt(samples, moment) ?? samples[0]).score;
  });
  const lowest = Math.min(...values);
  const height = (value: number) => {
    const part = (value - lowest) / scale;
    return order === "LOWEST_FIRST" ? (Math.max(...values) - lowest) / scale - part : part;
  };
  const points = values.map((value, step): SparklinePoint => [
    (steps - known + step) / steps,
    Math.max(0, Math.min(1, height(value))),
  ]);
  const change = (values.at(-1) ?? 0) - (values[0] ?? 0);
  return { points, change, samples, slot, scale };
}

function sameEntry(entry: Entry, other: Entry): boolean {
  const [player, otherPlayer] = [entry.player, other.player];
  return (
    entry.rank === other.rank &&
    entry.score === other.score &&
    (["displayName", "avatarUrl", "country"] as const).every((field) => player[field] === otherPlayer[field])
  );
}

function sameGap(was: Gap | undefined, gap: Gap): Gap {
  if (was?.kind !== gap.kind) return gap;
  return "by" in was && "by" in gap && was.by !== gap.by ? gap : was;
}

function sameRow(row: Row, other: Row): boolean {
  return (Object.keys(row) as (keyof Row)[]).every((key) => row[key] === other[key]);
}
