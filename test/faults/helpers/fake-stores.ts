import type { BoardKeeper, BoardState } from "../../../src/standings/board-keeper.js";
import type { Outbox } from "../../../src/standings/outbox.js";
import type { ChangeEntry, OutboxEntry, SeasonEnd } from "../../../src/standings/outbox-entry.js";
import { configuredBoard, type BoardDefinition } from "../../../src/domain/board.js";
import type { RunningSeason, SeasonNumber } from "../../../src/domain/season.js";
import type { Position } from "../../../src/domain/position.js";
import type { IdempotencyKey } from "../../../src/domain/change.js";
import type { UserId } from "../../../src/domain/player.js";
import type { Revision, Score, ScoreRow } from "../../../src/domain/score.js";
import { createLogger } from "../../../src/observability/logger.js";
import type { RecoveryDeps } from "../../../src/sync/recovery.js";
import type { ScoreHistory } from "../../../src/ledger/score-history.js";
import type { ScoreLedger } from "../../../src/ledger/score-ledger.js";
import { at, fakeLedger, type LedgerData } from "./fake-ledger.js";

/**
 * Both stores in memory, with the semantics of the Lua scripts and the SQL statements: an atomic step there is an
 * atomic step here. Between two steps anything may happen, and the test chooses what.
 */

export interface FakeChange {
  readonly userId: string;
  readonly increment: number;
  readonly key: string | undefined;
}

/** The data of one board on a Redis server. It is plain data, so that tests can copy, lose and restore it. */
export interface RedisData {
  epoch: number | undefined;
  revision: number;
  base: number;
  fence: number;
  openOn: number | undefined;
  rebuilding: number | undefined;
  season: number;
  scores: Map<string, number>;
  /** The scores of seasons that ended. */
  ended: Map<number, Map<string, number>>;
  outbox: OutboxEntry[];
  abandoned: OutboxEntry[] | undefined;
  records: Map<string, number>;
  rebuilds: Map<number, Map<string, number>>;
}

export function emptyRedis(): RedisData {
  return {
    ...{ epoch: undefined, revision: 0, base: 0, fence: 0, openOn: undefined, rebuilding: undefined },
    ...{ season: 1, ended: new Map() },
    ...{ scores: new Map(), outbox: [], abandoned: undefined, records: new Map(), rebuilds: new Map() },
  };
}

/** Called before each step with its name. It may wait, and may throw, as a process does that is killed. */
export type Step = (name: string) => Promise<void>;

export class FakeStores implements LedgerData {
  redis = emptyRedis();
  runId = 1;
  cursor: LedgerData["cursor"];
  readonly events: ChangeEntry[] = [];
  /** By season. */
  readonly totals = new Map<number, Map<string, { score: number; revision: number }>>();

  totalsOf(season: number): Map<string, { score: number; revision: number }> {
    let totals = this.totals.get(season);
    if (!totals) this.totals.set(season, (totals = new Map<string, { score: number; revision: number }>()));
    return totals;
  }

  /** increment.lua. @returns the change's revision; undefined when the board is closed */
  apply({ userId, increment, key }: FakeChange): number | undefined {
    const { redis } = this;
    if (redis.epoch === undefined || redis.openOn !== this.runId) return undefined;
    if (redis.scores.size === 0 && redis.revision > redis.base) return undefined;
    const record = key === undefined ? undefined : redis.records.get(key);
    if (record !== undefined) return record;
    const score = (redis.scores.get(userId) ?? 0) + increment;
    redis.revision += 1;
    redis.scores.set(userId, score);
    if (key !== undefined) redis.records.set(key, redis.revision);
    redis.outbox.push({
      position: at(redis.epoch, redis.revision),
      season: redis.season as SeasonNumber,
      userId: userId as UserId,
      amount: increment as Score,
      score: score as Score,
      unchanged: false,
      subject: "s",
      idempotencyKey: key as IdempotencyKey | undefined,
      occurredAt: Date.now(),
    });
    return redis.revision;
  }

  copy(): FakeStores {
    const { redis, runId, cursor, events, totals } = this;
    return Object.assign(new FakeStores(), structuredClone({ redis, runId, cursor, events, totals }));
  }

  /** Starts another server process with the same data, or with other data. */
  restart(data: RedisData = this.redis): void {
    this.redis = structuredClone(data);
    this.runId += 1;
  }

  /** The worker's parts on these stores. */
  deps(step: Step): RecoveryDeps {
    const steps = (name: string, methods: object) => withSteps(methods, name, step);
    return {
      // Only the members that the worker uses.
      keeper: this.#kept(steps),
      outbox: steps("outbox", this.#outbox()) as Outbox,
      ledger: steps("ledger", fakeLedger(this)) as ScoreLedger,
      history: steps("history", {
        readKeyedEvents: (_board: string, _since: Date, after: Position, count: number) =>
          this.events
            .filter(({ idempotencyKey, position }) => idempotencyKey !== undefined && isAfter(position, after))
            .slice(0, count),
      }) as ScoreHistory,
      readDefinition: (board) => Promise.resolve(configuredBoard(board)),
      now: Date.now,
      logger: createLogger("silent"),
    };
  }

  state(): BoardState {
    const { redis } = this;
    const [first, last] = [redis.outbox.at(0), redis.outbox.at(-1)];
    return {
      position: redis.epoch === undefined ? undefined : at(redis.epoch, redis.revision),
      open: redis.epoch !== undefined && redis.openOn === this.runId,
      fence: redis.fence,
      hasScores: redis.scores.size > 0,
      base: redis.base as Revision,
      season: redis.season as SeasonNumber,
      outbox: first && last && { first: first.position, last: last.position },
    };
  }

  #leads(fence: number): boolean {
    if (this.redis.fence > fence) return false;
    this.redis.fence = fence;
    return true;
  }

  #isAt({ epoch, revision }: Position): boolean {
    return this.redis.epoch === epoch && this.redis.revision === revision;
  }

  #kept(steps: (name: string, methods: object) => object): BoardKeeper {
    const keeper: object = { ...steps("keeper", this.#keeper()), totals: steps("totals", this.#totals()) };
    return keeper as BoardKeeper;
  }

  #keeper() {
    const later = (fence: number, epoch: number) => this.#leads(fence) && (this.redis.epoch ?? 0) < epoch;
    return {
      readState: () => this.state(),
      claim: (_board: string, fence: number) => this.#leads(fence),
      close: (_board: string, fence: number) => {
        if (!this.#leads(fence)) return false;
        this.redis.openOn = undefined;
        return true;
      },
      create: (_board: string, fence: number, { epoch, revision }: Position) => {
        if (!this.#leads(fence) || this.redis.epoch !== undefined) return false;
        Object.assign(this.redis, { epoch, revision, base: revision });
        return true;
      },
      advance: (_board: string, fence: number, from: Position, to: Position) => {
        if (!this.#leads(fence) || !this.#isAt(from)) return false;
        const isEmpty = this.redis.base === this.redis.revision;
        Object.assign(this.redis, { openOn: undefined, ...to, ...(isEmpty && { base: to.revision }) });
        return true;
      },
      open: (_board: string, fence: number, position: Position) => {
        if (!this.#leads(fence) || !this.#isAt(position)) return false;
        this.redis.openOn = this.runId;
        return true;
      },
      define: (fence: number, _definition: BoardDefinition, season?: RunningSeason) => {
        if (!this.#leads(fence)) return false;
        if (season) this.redis.season = season.number;
        return true;
      },
      endSeason: (_board: string, fence: number, season: number): SeasonEnd | "other" | undefined => {
        const { redis } = this;
        if (redis.fence > fence || redis.epoch === undefined || redis.openOn !== this.runId) return undefined;
        if (redis.season !== season) return "other";
        redis.revision += 1;
        const position = at(redis.epoch, redis.revision);
        const end = { position, endedSeason: season as SeasonNumber, occurredAt: Date.now() };
        redis.outbox.push(end);
        redis.ended.set(season, redis.scores);
        Object.assign(redis, { scores: new Map(), season: season + 1, base: redis.revision });
        return end;
      },
      abandon: (_board: string, fence: number, epoch: number) => {
        if (!later(fence, epoch)) return false;
        this.redis.openOn = undefined;
        this.redis.rebuilding = this.runId;
        if (this.redis.outbox.length > 0 && !this.redis.abandoned) {
          this.redis.abandoned = this.redis.outbox;
          this.redis.outbox = [];
        }
        return true;
      },
      startRebuild: (_board: string, epoch: number) => void this.redis.rebuilds.delete(epoch),
      addRebuilt: (_board: BoardDefinition, epoch: number, rows: readonly ScoreRow[]) => {
        const rebuild = this.redis.rebuilds.get(epoch) ?? new Map<string, number>();
        for (const { userId, score } of rows) rebuild.set(userId, score);
        this.redis.rebuilds.set(epoch, rebuild);
      },
      finishRebuild: (
        _board: BoardDefinition,
        fence: number,
        { to: { epoch, revision }, season, count }: { to: Position; season: RunningSeason; count: number },
      ) => {
        const { redis } = this;
        if (redis.fence > fence || (redis.epoch ?? 0) >= epoch || redis.rebuilding !== this.runId) return false;
        const rebuilt = redis.rebuilds.get(epoch) ?? new Map<string, number>();
        if (rebuilt.size !== count) throw new Error("incomplete");
        this.redis = {
          ...emptyRedis(),
          fence,
          epoch,
          revision,
          base: rebuilt.size > 0 ? 0 : revision,
          scores: rebuilt,
          records: redis.records,
          season: season.number,
          ended: redis.ended,
        };
        return true;
      },
      restoreRecords: (_board: string, events: readonly ChangeEntry[]) => {
        for (const { idempotencyKey, position } of events) {
          if (idempotencyKey !== undefined) this.redis.records.set(idempotencyKey, position.revision);
        }
      },
      dropRecords: (_board: string, fence: number, entries: readonly ChangeEntry[]) => {
        if (this.redis.fence > fence) return false;
        for (const { idempotencyKey } of entries) if (idempotencyKey) this.redis.records.delete(idempotencyKey);
        return true;
      },
    };
  }

  #totals() {
    const scoresOf = (season: number | undefined): ReadonlyMap<string, number> =>
      season === undefined ? this.redis.scores : (this.redis.ended.get(season) ?? new Map<string, number>());
    return {
      readRows: (_board: BoardDefinition, from: number, count: number, season?: number) =>
        [...scoresOf(season)].slice(from, from + count).map(([userId, score]) => ({ userId, score })),
      readScores: (_board: BoardDefinition, userIds: readonly string[], season?: number) =>
        userIds.map((userId) => scoresOf(season).get(userId)),
    };
  }

  #outbox() {
    const after = (entries: readonly OutboxEntry[], position: Position, count: number) =>
      entries.filter((entry) => isAfter(entry.position, position)).slice(0, count);
    return {
      read: (_board: string, position: Position, count: number) => after(this.redis.outbox, position, count),
      readAbandoned: (_board: string, position: Position, count: number) =>
        after(this.redis.abandoned ?? [], position, count),
      trim: (_board: string, upTo: Position) => {
        this.redis.outbox = this.redis.outbox.filter(({ position }) => isAfter(position, upTo));
      },
    };
  }
}

function withSteps(methods: object, name: string, step: Step): object {
  return Object.fromEntries(
    Object.entries(methods).map(([method, run]: [string, (...args: unknown[]) => unknown]) => [
      method,
      async (...args: unknown[]) => {
        await step(`${name}.${method}`);
        return run(...args);
      },
    ]),
  );
}

function isAfter(a: Position, b: Position): boolean {
  return a.epoch > b.epoch || (a.epoch === b.epoch && a.revision > b.revision);
}
