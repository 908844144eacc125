/** A change of the player's score, as the history has it. */
export interface ScoreEvent {
  readonly revision: number;
  /** What it added. */
  readonly increment: number;
  /** The score after it. */
  readonly score: number;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
}

/** What a page has read of a player's history. */
export interface History {
  /** Oldest first. */
  readonly events: readonly ScoreEvent[];
  /** The cursor of the page before the oldest event; null when nothing is older. */
  readonly older: string | null;
}

export const emptyHistory: History = { events: [], older: null };
/** A page that is open for hours keeps no more than these; the oldest go. */
export const mostEvents = 2_000;

export interface HistoryPage {
  /** Newest first, as the server sends them. */
  readonly events: readonly ScoreEvent[];
  readonly endCursor: string | null;
  readonly hasNextPage: boolean;
}

/** With a page that is older than all it has. */
export function withOlder(history: History, page: HistoryPage): History {
  const events = [...page.events.toReversed(), ...history.events];
  return bounded({ events, older: page.hasNextPage && events.length < mostEvents ? page.endCursor : null });
}

/**
 * With the newest page, read again. Where it does not reach back to what is known, as after hours with the network away,
 * it replaces that: a chart must not draw a line across changes that it does not know.
 */
export function withNewest(history: History, page: HistoryPage): History {
  const last = history.events.at(-1);
  const fresh = page.events.filter(({ revision }) => last === undefined || revision > last.revision).toReversed();
  const reaches = last === undefined || fresh.length < page.events.length;
  if (!reaches || last === undefined) return { events: fresh, older: page.hasNextPage ? page.endCursor : null };
  return fresh.length === 0 ? history : bounded({ ...history, events: [...history.events, ...fresh] });
}

function bounded(history: History): History {
  if (history.events.length <= mostEvents) return history;
  return { events: history.events.slice(-mostEvents), older: null };
}

/** A stretch of one season: the score's steps from its first change to its end. */
export interface Stretch {
  readonly events: readonly ScoreEvent[];
  /** When the season ended, or now. */
  readonly until: number;
}

/**
 * The history in its seasons: each begins with no score.
 *
 * @param starts when seasons began, in any order
 */
export function stretchesOf(events: readonly ScoreEvent[], starts: readonly number[], now: number): Stretch[] {
  const bounds = [...starts].sort((a, b) => a - b);
  const stretches: { events: ScoreEvent[]; until: number }[] = [];
  for (const event of events) {
    const until = bounds.find((start) => start > event.at) ?? Math.max(now, event.at);
    const last = stretches.at(-1);
    // Clocks of servers differ by moments: the order is by revision, and a stretch takes what comes late.
    if (last && last.until >= until) last.events.push(event);
    else stretches.push({ events: [event], until });
  }
  return stretches;
}

/** The score at a time as far as these stretches tell; null when there was none. O(log n) in each stretch. */
export function scoreAtTime(stretches: readonly Stretch[], at: number): ScoreEvent | null {
  const stretch = stretches.findLast(({ events }) => (events[0]?.at ?? Infinity) <= at);
  if (stretch === undefined || at > stretch.until) return null;
  let [low, high] = [0, stretch.events.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((stretch.events[middle]?.at ?? Infinity) <= at) low = middle;
    else high = middle - 1;
  }
  return stretch.events[low] ?? null;
}
