import type { Leaderboard } from "../standings/leaderboard.js";
import type { Board } from "../domain/board.js";
import { sameEntries } from "../domain/ranks.js";
import type { Revision } from "../domain/score.js";
import type { Snapshot } from "../domain/views.js";
import type { Logger } from "../observability/logger.js";
import { SampledLog } from "../observability/sampled-log.js";
import { noTraces, traced, type Span, type Traces } from "../observability/traces.js";
import { CoalescedRead } from "./coalesced-read.js";
import type { Channels, Unsubscribe } from "../channels/channels.js";
import { within } from "../timing/deadline.js";
import { retry } from "../timing/retry.js";

export interface BoardFeedOptions {
  /** A board is published at most once per this interval. */
  pushIntervalMs: number;
  onPublished: () => void;
  /** Called when a change of this process could not be published. */
  onPublishFailed: () => void;
  /** Called when a comparison found a snapshot whose message is late or lost. */
  onMissed: () => void;
  traces?: Traces;
  logger: Logger;
}

/** What this process changed and has not published. */
interface Unpublished {
  /** The newest one. */
  revision: Revision;
  /** When the oldest change was made. */
  readonly since: number;
  /** The span of the first change that is traced. */
  span: Span | undefined;
}

const retryIntervalMs = 500;
/** How long a first read waits for the subscription to the board's channels. Later the comparisons find what it missed. */
const subscribeTimeoutMs = 1_000;

/**
 * Brings one board's newest snapshot from the process that changed it to the viewers of this process. It subscribes to
 * the board's channels as soon as it is made, and reads only when that subscription stands, so that a viewer misses no
 * change between its first value and the messages.
 */
export class BoardFeed {
  readonly #board: Board;
  readonly #leaderboard: Leaderboard;
  readonly #channels: Channels;
  readonly #options: BoardFeedOptions;
  readonly #log: SampledLog;
  readonly #listeners = new Set<(snapshot: Snapshot) => void>();
  readonly #revisionListeners = new Set<(revision: Revision) => void>();
  /** Resolves when messages of the board arrive, or could not be subscribed to. */
  readonly #subscribed: Promise<unknown>;
  #isSubscribing = true;
  readonly #read: CoalescedRead<Snapshot>;
  readonly #traces: Traces;
  readonly #stop = new AbortController();
  /** The snapshot that all viewers of this process were given last. */
  #newest: Snapshot | undefined;
  /** The newest revision that a joining viewer was given. */
  #servedAt: Revision | undefined;
  /** Whether some viewer may have been given other entries than those of `#newest`. */
  #diverged = false;
  #dirty: Unpublished | undefined;
  #timer: NodeJS.Timeout | undefined;
  #publishing = false;
  #lastPublishAt = -Infinity;

  constructor(board: Board, leaderboard: Leaderboard, channels: Channels, options: BoardFeedOptions) {
    this.#board = board;
    this.#leaderboard = leaderboard;
    this.#channels = channels;
    this.#options = options;
    this.#traces = options.traces ?? noTraces;
    this.#log = new SampledLog(options.logger);
    this.#read = new CoalescedRead(() => this.#readSnapshot());
    this.#subscribed = this.#subscribe();
  }

  /** Whether this object must not be dropped. */
  get isBusy(): boolean {
    const listens = this.#listeners.size > 0 || this.#revisionListeners.size > 0;
    return listens || this.#isSubscribing || this.#publishing || this.#timer !== undefined || this.#dirty !== undefined;
  }

  /** Resolves soon: when messages of the board arrive, or a second later. */
  async subscribed(): Promise<void> {
    if (this.#isSubscribing) await within(subscribeTimeoutMs, this.#subscribed, () => undefined);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#stop.abort();
  }

  async #subscribe(): Promise<void> {
    const tell = (revision: Revision) => {
      for (const listener of this.#revisionListeners) listener(revision);
    };
    const follow = async (subscription: Promise<Unsubscribe>) => {
      const unsubscribe = await subscription;
      if (this.#stop.signal.aborted) unsubscribe();
      else this.#stop.signal.addEventListener("abort", unsubscribe, { once: true });
    };
    try {
      await Promise.all([
        follow(
          this.#channels.onSnapshot(this.#board, (snapshot) => {
            this.#offer(snapshot);
            tell(snapshot.revision);
          }),
        ),
        follow(this.#channels.onRevision(this.#board, tell)),
      ]);
    } catch (error) {
      this.#log.warn({ err: error, board: this.#board }, "could not subscribe to a board's changes");
    }
    this.#isSubscribing = false;
  }

  /** As a topic's `current` and `subscribe`. */
  async current(): Promise<Snapshot> {
    await this.subscribed();
    const snapshot = await this.#read.get();
    if (this.#servedAt === undefined || snapshot.revision > this.#servedAt) this.#servedAt = snapshot.revision;
    if (this.#newest && !showSame(this.#newest, snapshot)) this.#diverged = true;
    return snapshot;
  }

  subscribe(listener: (snapshot: Snapshot) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls the listener with the revision of each message, whether or not the top scores changed. */
  onRevision(listener: (revision: Revision) => void): () => void {
    this.#revisionListeners.add(listener);
    return () => this.#revisionListeners.delete(listener);
  }

  /** Says that this process changed the board, whose revision is now `revision`. Costs nothing while a push is due. */
  changed(revision: Revision): void {
    const span = this.#traces.active;
    if (this.#dirty) this.#dirty.revision = revision;
    else this.#dirty = { revision, since: Date.now(), span };
    this.#dirty.span ??= span;
    if (this.#timer !== undefined || this.#publishing) return;
    this.#schedule();
  }

  /** Finds changes whose message was lost. */
  async reconcile(): Promise<void> {
    if (this.#listeners.size === 0) return;
    try {
      const revision = await this.#leaderboard.revision(this.#board);
      if (this.#newest && revision <= this.#newest.revision) return;
      const snapshot = await this.#read.get();
      if (!this.#isNews(snapshot)) return;
      if (this.#newest) this.#options.onMissed(); // The first one is the one that was there before.
      this.#offer(snapshot);
    } catch (error) {
      this.#options.logger.debug({ err: error, board: this.#board }, "could not compare a board with Redis");
    }
  }

  #schedule(): void {
    const wait = this.#lastPublishAt + this.#options.pushIntervalMs - performance.now();
    if (wait <= 0) {
      void this.#publish();
      return;
    }
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#publish();
    }, wait);
  }

  async #publish(): Promise<void> {
    this.#publishing = true;
    const dirty = this.#dirty;
    this.#dirty = undefined;
    this.#lastPublishAt = performance.now();
    try {
      if (dirty) await this.#publishTraced(dirty);
    } catch (error) {
      // The change itself is safe in Redis; viewers get it when their process reconciles.
      this.#options.onPublishFailed();
      this.#log.warn({ err: error, board: this.#board }, "could not publish a board's change");
    }
    this.#publishing = false;
    if (this.#hasChanged() && !this.#stop.signal.aborted) this.#schedule();
  }

  #hasChanged(): boolean {
    return this.#dirty !== undefined;
  }

  /** Without a span of its own the work belongs to no trace: the timer may be an older change's. */
  async #publishTraced({ revision, since, span: parent }: Unpublished): Promise<void> {
    const publish = (span?: Span) => this.#publishIfNew(revision, since, span?.traceparent);
    if (!parent) return this.#traces.within(undefined, publish);
    const attributes = { "standings.board": this.#board };
    await traced(this.#traces, "publish", { kind: "producer", parent, attributes }, publish);
  }

  async #publishIfNew(revision: Revision, changedAt: number, traceparent: string | undefined): Promise<void> {
    // Another process may have published a newer snapshot meanwhile, which holds this change too.
    if (this.#newest && this.#newest.revision >= revision) return;
    const snapshot = await this.#read.get();
    if (this.#newest && showSame(this.#newest, snapshot)) {
      if (this.#isNews(snapshot)) this.#offer(snapshot);
      await this.#channels.publishRevision(this.#board, snapshot.revision);
      return;
    }
    await this.#channels.publishSnapshot({ ...snapshot, changedAt, traceparent });
    this.#options.onPublished();
  }

  /**
   * Whether some viewer may have seen other entries. A change below the top scores is no news. A change that was taken
   * back is news to viewers that joined in between.
   */
  #isNews(snapshot: Snapshot): boolean {
    return this.#diverged || !this.#newest || !showSame(this.#newest, snapshot);
  }

  /** Takes a snapshot from any source, and drops it unless it is newer than the newest. */
  #offer(snapshot: Snapshot): void {
    if (this.#newest && snapshot.revision <= this.#newest.revision) return;
    this.#newest = snapshot;
    this.#diverged = this.#servedAt !== undefined && this.#servedAt > snapshot.revision;
    for (const listener of this.#listeners) listener(snapshot);
  }

  /** While the board can't be read, viewers wait. If they failed instead, all would come back at once. */
  #readSnapshot(): Promise<Snapshot> {
    const { logger } = this.#options;
    return retry(() => this.#leaderboard.snapshot(this.#board), {
      waitMs: () => retryIntervalMs,
      signal: this.#stop.signal,
      onFailure: (error) => logger.debug({ err: error, board: this.#board }, "a board can't be read; trying again"),
    });
  }
}

/** Whether two snapshots show the same, but for their revisions. */
function showSame(one: Snapshot, other: Snapshot): boolean {
  return one.season === other.season && sameEntries(one.entries, other.entries);
}
