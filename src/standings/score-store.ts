import { keys, recordField } from "../redis/keys.js";
import { formatPosition, type Position } from "../domain/position.js";
import type { RedisClient } from "../redis/client.js";
import type { LuaScript } from "../redis/lua-script.js";
import { parseForm, tiesOf, toRows, type KeptForm } from "./kept-form.js";
import { scripts } from "./scripts.js";
import type { Board } from "../domain/board.js";
import { isMessageKey, type Change } from "../domain/change.js";
import { rankRows } from "../domain/ranks.js";
import type { ChangedEntry, Rank, Revision, Score, ScoreEntry } from "../domain/score.js";
import { quotaOf, type Quota, type RateLimit, type RateLimits } from "../domain/rate-limit.js";
import { firstSeason, type RunningSeason, type SeasonNumber } from "../domain/season.js";
import type { Neighbourhood, Place, PlacedSnapshot } from "../domain/views.js";

export type ChangeOutcome =
  | {
      readonly kind: "accepted";
      readonly replayed: boolean;
      /** False where the score stayed as it was: a score that is no better, or the same again. */
      readonly changed: boolean;
      readonly entry: ChangedEntry;
      readonly revision: Revision;
      /** What is left of the subject's rate limit; undefined where the change was charged to none. */
      readonly quota: Quota | undefined;
    }
  | { readonly kind: "keyReused" }
  | { readonly kind: "outOfRange" }
  | { readonly kind: "seasonClosed" }
  | { readonly kind: "boardArchived" }
  | { readonly kind: "rateLimited"; readonly retryAfterMs: number; readonly quota: Quota | undefined }
  | { readonly kind: "failed" };

export interface BatchResult {
  /** The board's position after the batch. */
  readonly position: Position;
  /** Whether any score changed; a batch of replays and refusals changes none. */
  readonly changed: boolean;
  /** The best entries after the batch. */
  readonly topScores: readonly ScoreEntry[];
  /** One outcome for each change, in order. */
  readonly outcomes: readonly ChangeOutcome[];
}

/** How many top scores an increment's answer carries. */
const answeredTopScores = 10;
const unlimited: RateLimit = { perSecond: 1, burst: 0 };
/** The values with which increment.lua answers each change. */
const resultFields = 5;
/** As increment.lua takes them, added up. */
const flags = { ranked: 1, claims: 2, service: 4, season: 8 } as const;

/** The standings in Redis. Turns domain values into keys and script arguments, and replies into domain values. */
export class ScoreStore {
  readonly #writer: RedisClient;
  readonly #reader: RedisClient;
  readonly #rateLimits: RateLimits;
  readonly #claimsKeys: boolean;

  /**
   * @param clients `writer` must never send a command twice; see redis/client.ts
   * @param claimsKeys whether a change ties its idempotency key to its board. Several boards need this. It is possible
   * where all boards lie on one server; in a cluster `KeyClaims` does it
   */
  constructor(clients: { writer: RedisClient; reader: RedisClient }, rateLimits: RateLimits, claimsKeys = false) {
    this.#writer = clients.writer;
    this.#reader = clients.reader;
    this.#rateLimits = rateLimits;
    this.#claimsKeys = claimsKeys;
  }

  /**
   * Applies changes in order, all in one script call: 4 to 10 µs of Redis for each, more with keys and ranks.
   *
   * @param changes at most `maxBatch`
   * @returns undefined when the board is not open (it is being recovered): nothing was changed
   * @throws the connection's error; the caller then judges whether anything was applied
   */
  async applyBatch(board: Board, changes: readonly Change[]): Promise<BatchResult | undefined> {
    const { player, service = unlimited } = this.#rateLimits;
    const keyTable = new KeyTable([
      ...[keys.scores(board), keys.outbox(board), keys.meta(board)],
      ...[keys.records(board), keys.stamps(board)],
    ]);
    const values: (string | number)[] = [];
    for (const change of changes) {
      const { userId, amount, subject, idempotencyKey, ratePolicy } = change;
      values.push(
        userId,
        String(amount),
        subject === userId ? 0 : subject,
        idempotencyKey ?? 0,
        idempotencyKey === undefined ? 0 : recordField(subject, idempotencyKey),
        ratePolicy && this.#rateLimits[ratePolicy] ? keyTable.indexOf(this.#rateLimitKey(board, subject)) : 0,
        this.#flagsOf(change),
      );
    }
    const limits = [...bucketOf(player), ...bucketOf(service)];
    const claims = this.#claimsKeys ? keys.claims : "";
    const args = [answeredTopScores, ...limits, board, claims, JSON.stringify(values)];
    const reply = (await this.#write(scripts.increment, keyTable.keys, args)) as
      [recovering: string] | [epoch: string, revision: string, topJson: string, results: string, rules: string];
    if (reply.length === 1) return undefined;
    const [epoch, revision, topJson, resultsText, rules] = reply;
    const results = resultsText.split(" ");
    const outcomes = changes.map((change, index) => this.#toOutcome(board, change, results, resultFields * index));
    return {
      position: { epoch: Number(epoch), revision: Number(revision) as Revision },
      changed: outcomes.some((outcome) => outcome.kind === "accepted" && outcome.changed && !outcome.replayed),
      topScores: toEntries(board, JSON.parse(topJson) as string[], parseForm(rules)),
      outcomes,
    };
  }

  #toOutcome(board: Board, { userId, ratePolicy }: Change, results: readonly string[], at: number): ChangeOutcome {
    const full = results[at + 4];
    const limit = full === "0" || ratePolicy === undefined ? undefined : this.#rateLimits[ratePolicy];
    const quota = limit && quotaOf(limit, Number(full));
    const [a, b, c] = [results[at + 1], results[at + 2], results[at + 3]];
    const outcome = results[at];
    switch (outcome) {
      case "0":
      case "1":
      case "8":
      case "9":
        return {
          kind: "accepted",
          replayed: outcome === "1" || outcome === "9",
          changed: outcome === "0" || outcome === "1",
          entry: { board, rank: Number(c) as Rank, userId, score: Number(a) as Score },
          revision: Number(b) as Revision,
          quota,
        };
      case "2":
        return { kind: "keyReused" };
      case "3":
        return { kind: "outOfRange" };
      case "4":
        return { kind: "rateLimited", retryAfterMs: Number(a), quota };
      case "6":
        return { kind: "seasonClosed" };
      case "7":
        return { kind: "boardArchived" };
      default:
        return { kind: "failed" };
    }
  }

  #flagsOf({ idempotencyKey, ranked, ratePolicy, season }: Change): number {
    const claims = this.#claimsKeys && idempotencyKey !== undefined && !isMessageKey(idempotencyKey);
    const [rank, claim] = [ranked ? flags.ranked : 0, claims ? flags.claims : 0];
    return rank + claim + (ratePolicy === "service" ? flags.service : 0) + flags.season * (season ?? 0);
  }

  /**
   * Charges changes to their subject's rate limit without applying them. One round trip, none where there is no limit.
   *
   * @param count how many changes there are like this one
   * @returns how many passed, and the milliseconds to wait for the next, 0 when all passed
   */
  async takeTokens(
    board: Board,
    { subject, ratePolicy }: Change,
    count: number,
  ): Promise<{ taken: number; waitMs: number }> {
    const limit = ratePolicy && this.#rateLimits[ratePolicy];
    if (!limit) return { taken: count, waitMs: 0 };
    const args = [...bucketOf(limit), count];
    const reply = await this.#write(scripts.takeTokens, [this.#rateLimitKey(board, subject)], args);
    const [taken, waitMs] = reply as [number, number];
    return { taken, waitMs };
  }

  #rateLimitKey(board: Board, subject: string): string {
    return this.#writer.isCluster ? keys.boardRateLimit(board, subject) : keys.rateLimit(subject);
  }

  async #write(script: LuaScript, scriptKeys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    try {
      return await script.run(this.#writer, scriptKeys, args);
    } catch (error) {
      // The next call would wait as long behind a call that timed out. Reconnecting makes waiting calls fail at once.
      if (error instanceof Error && error.message === "Command timed out") this.#writer.disconnect(true);
      throw error;
    }
  }

  /**
   * The best entries and the revision they belong to; undefined when Redis does not know the board. O(log n + count).
   *
   * @param known what this method gave before for the same board and count. It is given back, in O(1), while the board
   * has not changed since
   */
  async readTop(board: Board, count: number, known?: PlacedSnapshot): Promise<PlacedSnapshot | undefined> {
    const seen = known ? formatPosition({ epoch: known.epoch, revision: known.snapshot.revision }) : "";
    const reply = await scripts.readTop.run(this.#reader, [keys.scores(board), keys.meta(board)], [count, seen]);
    if (reply === null) return undefined;
    const [epoch, revisionText, seasonText, rules, rows] = reply as
      [epoch: string, revision: string] | [string, string, season: string | null, rules: string | null, rows: string[]];
    if (!rows) return known;
    const entries = toEntries(board, rows, parseForm(rules));
    const [revision, season] = [Number(revisionText) as Revision, toSeason(seasonText)];
    return { epoch: Number(epoch), snapshot: { board, revision, season, entries } };
  }

  /**
   * Players' rows, each with up to `radius` rows on each side, all at one revision; undefined when Redis does not know
   * the board. O(log n + radius) a player, in one call: the caller limits how much it asks for.
   */
  async readAround(board: Board, places: readonly Place[]): Promise<Neighbourhood[] | undefined> {
    const args = places.flatMap(({ userId, radius }) => [userId, radius]);
    const scriptKeys = [keys.scores(board), keys.meta(board), keys.stamps(board)];
    const reply = await scripts.readAround.run(this.#reader, scriptKeys, args);
    if (reply === null) return undefined;
    const [revisionText, seasonText, rules, found] = reply as [string, string | null, string | null, string];
    const [revision, season, form] = [Number(revisionText) as Revision, toSeason(seasonText), parseForm(rules)];
    return (JSON.parse(found) as (FoundPlace | false)[]).map((place) => {
      if (!place) return { board, revision, season, entries: [] };
      const [first, higher, rows] = place;
      const start = { position: first + 1, rank: higher + 1 };
      return { board, revision, season, entries: rankRows(board, toRows(rows, form), tiesOf(form), start) };
    });
  }

  /** What is known of a board beside its rows; undefined when Redis does not know the board. O(1). */
  async readFacts(board: Board): Promise<BoardFacts | undefined> {
    const [meta, playerCount] = await Promise.all([
      this.#reader.hmget(keys.meta(board), "revision", "season", "season_at"),
      this.#reader.zcard(keys.scores(board)),
    ]);
    const [revision, season, startedAt] = meta;
    if (revision == null) return undefined;
    return {
      revision: Number(revision) as Revision,
      season: { number: toSeason(season), startedAt: Number(startedAt ?? 0) },
      playerCount,
    };
  }

  /** The board's revision alone; undefined when Redis does not know the board. O(1). */
  async readRevision(board: Board): Promise<Revision | undefined> {
    const revision = await this.#reader.hget(keys.meta(board), "revision");
    return revision === null ? undefined : (Number(revision) as Revision);
  }
}

/** What is known of a board beside its rows. */
export interface BoardFacts {
  readonly revision: Revision;
  readonly season: RunningSeason;
  readonly playerCount: number;
}

function toEntries(board: Board, flat: readonly string[], form: KeptForm): ScoreEntry[] {
  return rankRows(board, toRows(flat, form), tiesOf(form));
}

/** A board of a release before has no number: it is in its first season. */
function toSeason(text: string | null | undefined): SeasonNumber {
  return text == null ? firstSeason : (Number(text) as SeasonNumber);
}

/** As read-around.lua gives it. */
type FoundPlace = [first: number, higher: number, rows: string[]];

/** A limit as the scripts take it: microseconds an increment, burst. */
export function bucketOf({ perSecond, burst }: RateLimit): [intervalUs: number, burst: number] {
  return [Math.max(1, Math.round(1e6 / perSecond)), burst];
}

/** Lists each key of a script call once. Arguments refer to a key by its index, which is 1-based, as in Lua. */
class KeyTable {
  readonly keys: string[];
  readonly #indexes = new Map<string, number>();

  constructor(fixed: readonly string[]) {
    this.keys = [...fixed];
  }

  indexOf(key: string): number {
    const known = this.#indexes.get(key);
    if (known !== undefined) return known;
    const index = this.keys.push(key);
    this.#indexes.set(key, index);
    return index;
  }
}
