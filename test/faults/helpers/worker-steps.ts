import { afterAll, beforeAll } from "vitest";
import { BoardKeeper } from "../../../src/standings/board-keeper.js";
import { Outbox } from "../../../src/standings/outbox.js";
import { type Change, type IdempotencyKey } from "../../../src/domain/change.js";
import { ScoreStore } from "../../../src/standings/score-store.js";
import { configuredBoard } from "../../../src/domain/board.js";
import type { SeasonNumber } from "../../../src/domain/season.js";
import type { UserId } from "../../../src/domain/player.js";
import type { Score } from "../../../src/domain/score.js";
import { createLogger } from "../../../src/observability/logger.js";
import { databaseAddresses } from "../../../src/ledger/database-url.js";
import { Database } from "../../../src/ledger/database.js";
import { missingChanges, type RecoveryPlan } from "../../../src/sync/recovery-plan.js";
import { recover, type RecoveryDeps } from "../../../src/sync/recovery.js";
import { ScoreHistory } from "../../../src/ledger/score-history.js";
import { ScoreLedger } from "../../../src/ledger/score-ledger.js";
import { lookAtBoard, syncScores, takeLease } from "../../../src/sync/sync-scores.js";
import { startStores, type Stores } from "../../helpers/stores.js";

export const { id: board } = configuredBoard("main");

/** The worker's parts on real stores, without the loop, so that a test decides what happens between two steps. */
export interface Worker {
  readonly deps: RecoveryDeps;
  readonly store: ScoreStore;
  stop(): Promise<void>;
}

export function createWorker({ redisClient, databaseUrl }: Stores): Worker {
  const database = new Database({ address: databaseAddresses(databaseUrl).serving, statementTimeoutMs: 10_000 });
  const history = new ScoreHistory(database);
  return {
    deps: {
      keeper: new BoardKeeper(redisClient),
      outbox: new Outbox(redisClient),
      ledger: new ScoreLedger(database, history),
      history,
      readDefinition: (id) => Promise.resolve(configuredBoard(id)),
      now: Date.now,
      logger: createLogger("silent"),
    },
    store: new ScoreStore(
      { writer: redisClient, reader: redisClient },
      { player: { perSecond: 1e6, burst: 1e6 }, service: undefined },
      true,
    ),
    stop: () => database.stop(),
  };
}

/** Does one pass for a board, as SyncWorker does after its leader has just taken over. @returns the kind of plan */
export async function pass(deps: RecoveryDeps): Promise<RecoveryPlan["kind"]> {
  const lease = await takeLease(deps, board);
  const { plan } = await lookAtBoard(deps, board, lease);
  const synced = await syncScores(deps, board, await recover(deps, board, lease, plan));
  if (!synced.complete) await recover(deps, board, synced.lease, missingChanges);
  return plan.kind;
}

/** Ends a season, as SyncWorker does when its end is due. */
export async function endSeason(deps: RecoveryDeps, season: SeasonNumber): Promise<void> {
  const lease = await takeLease(deps, board);
  await deps.keeper.endSeason(board, lease.fence, season, 0);
}

/** Runs passes until one finds nothing to repair, as the loop does. */
export async function passUntilSettled(deps: RecoveryDeps): Promise<void> {
  for (let passes = 0; passes < 5; passes += 1) if ((await pass(deps)) === "none") return;
  throw new Error("the board is being mended again and again");
}

/** Thrown at the step before which the process is killed. */
export class Killed extends Error {}

export interface Steps {
  readonly deps: RecoveryDeps;
  /** How many steps began. A step is a call of keeper, outbox, ledger or history. */
  readonly begun: number;
  /** The interrupted step; undefined when there were fewer steps. */
  readonly interrupted: string | undefined;
}

/** The same parts, with an event right before one of their steps. */
export function interrupt(deps: RecoveryDeps, at: number, happens: () => Promise<void>): Steps {
  let begun = 0;
  let interrupted: string | undefined;
  const step = async (name: string): Promise<void> => {
    begun += 1;
    if (begun !== at) return;
    interrupted = name;
    await happens();
  };
  return {
    deps: {
      ...deps,
      keeper: withSteps(deps.keeper, "keeper", step),
      outbox: withSteps(deps.outbox, "outbox", step),
      ledger: withSteps(deps.ledger, "ledger", step),
      history: withSteps(deps.history, "history", step),
    },
    get begun() {
      return begun;
    },
    get interrupted() {
      return interrupted;
    },
  };
}

/** Only for objects whose methods are all asynchronous, and that else have only such objects. */
function withSteps<T extends object>(part: T, name: string, step: (name: string) => Promise<void>): T {
  return new Proxy(part, {
    get: (target, property) => {
      const member: unknown = Reflect.get(target, property);
      const called = `${name}.${String(property)}`;
      if (typeof member === "object" && member !== null) return withSteps(member, called, step);
      return async (...args: unknown[]) => {
        await step(called);
        return (member as (...args: unknown[]) => unknown).apply(target, args);
      };
    },
  });
}

export function keyed(key: string, userId: string, increment: number): Change {
  return {
    userId: userId as UserId,
    amount: increment as Score,
    season: undefined,
    subject: "referee",
    ratePolicy: "service",
    idempotencyKey: key as IdempotencyKey,
    ranked: true,
  };
}

/** Before the first test of a file: starts stores, and opens the board. Stops all after the last test. */
export function useWorker(): Omit<Worker, "stop"> & { readonly stores: Stores } {
  let running: { stores: Stores; worker: Worker } | undefined;
  const started = () => {
    if (!running) throw new Error("the worker starts right before the first test");
    return running;
  };
  beforeAll(async () => {
    const stores = await startStores();
    running = { stores, worker: createWorker(stores) };
    await passUntilSettled(running.worker.deps);
  });
  afterAll(async () => {
    await running?.worker.stop();
    await running?.stores.stop();
  });
  return {
    get stores() {
      return started().stores;
    },
    get deps() {
      return started().worker.deps;
    },
    get store() {
      return started().worker.store;
    },
  };
}
