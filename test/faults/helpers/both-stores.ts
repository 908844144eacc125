import { configuredBoard, type Board } from "../../../src/domain/board.js";
import { expect } from "vitest";
import { BoardKeeper } from "../../../src/standings/board-keeper.js";
import { Outbox } from "../../../src/standings/outbox.js";
import { databaseAddresses } from "../../../src/ledger/database-url.js";
import { Database } from "../../../src/ledger/database.js";
import { findDrift } from "../../../src/sync/drift.js";
import { ScoreHistory } from "../../../src/ledger/score-history.js";
import { ScoreLedger } from "../../../src/ledger/score-ledger.js";
import { setTimeout as delay } from "node:timers/promises";
import type { Stores } from "../../helpers/stores.js";
import { waitFor } from "../../helpers/wait-for.js";
import type { Witness } from "./witness.js";

/** A change as one of the stores keeps it. */
export interface Kept {
  readonly epoch: number;
  readonly revision: number;
  readonly userId: string;
  readonly increment: number;
  readonly subject: string;
  readonly key: string;
}

export interface Content {
  readonly cursor: { epoch: number; revision: number; fence: number };
  readonly meta: { epoch: number; revision: number; fence: number };
  readonly events: readonly Kept[];
  /** Changes after the cursor. */
  readonly pending: readonly Kept[];
  readonly totals: ReadonlyMap<string, number>;
  readonly standings: ReadonlyMap<string, number>;
}

/**
 * Reads everything that both stores hold of the board `main`, with none of the service's code. Nothing may write
 * meanwhile.
 */
export async function readBoth({ redisClient, query }: Stores): Promise<Content> {
  const [cursor] = await query<{ epoch: string; revision: string; fence: string }>(
    "SELECT epoch, revision, fence FROM sync_cursor WHERE board = 'main'",
  );
  const at = { epoch: Number(cursor?.epoch), revision: Number(cursor?.revision), fence: Number(cursor?.fence) };
  const [epoch, revision, fence] = await redisClient.hmget("lb:{main}:meta", "epoch", "revision", "fence");
  const events = await query<{ epoch: string; revision: string; user_id: string; increment: string } & Keyed>(
    "SELECT epoch, revision, user_id, increment, subject, idempotency_key FROM score_events WHERE board = 'main'",
  );
  const totals = await query<{ user_id: string; score: string }>("SELECT user_id, score FROM user_scores");
  const outbox = await redisClient.xrange("lb:{main}:outbox", `(${at.epoch}-${at.revision}`, "+");
  const flat = await redisClient.zrevrange("lb:{main}:scores", 0, -1, "WITHSCORES");
  return {
    cursor: at,
    meta: { epoch: Number(epoch), revision: Number(revision), fence: Number(fence?.replace("f", "")) },
    events: events.map((row) => ({
      epoch: Number(row.epoch),
      revision: Number(row.revision),
      userId: row.user_id,
      increment: Number(row.increment),
      subject: row.subject,
      key: row.idempotency_key ?? "",
    })),
    pending: outbox.flatMap(([id, fields]) => toKept(id, fields)).filter(({ revision }) => revision > at.revision),
    totals: new Map(totals.map((row) => [row.user_id, Number(row.score)])),
    standings: new Map(pairs(flat).map(([userId, score]) => [userId, Number(score)])),
  };
}

interface Keyed {
  subject: string;
  idempotency_key: string | null;
}

/** An entry's changes: a batch, or the single change of the release before. */
function toKept(id: string, fields: readonly string[]): Kept[] {
  const named = new Map(pairs(fields));
  const [epoch, last] = id.split("-").map(Number);
  const changes = named.has("v")
    ? (JSON.parse(named.get("changes") ?? "") as (string | 0 | 1)[])
    : ["user", "increment", "score", "subject", "key"].map((name) => named.get(name) ?? "");
  const kept: Kept[] = [];
  let sender: unknown;
  for (let index = 0; index < changes.length; index += 5) {
    const [userId, increment, , subject, key] = changes.slice(index, index + 5);
    if (subject !== 1) sender = subject === 0 ? userId : subject;
    kept.push({
      epoch: epoch ?? NaN,
      revision: (last ?? NaN) - changes.length / 5 + 1 + kept.length,
      userId: String(userId),
      increment: Number(increment),
      subject: String(sender),
      key: key === 0 ? "" : String(key),
    });
  }
  return kept;
}

function pairs(flat: readonly string[]): [string, string][] {
  return Array.from({ length: flat.length / 2 }, (_, at) => [flat[2 * at] ?? "", flat[2 * at + 1] ?? ""]);
}

/** The sum invariant: the standings are the history's sums plus the changes that wait in the outbox. */
export function expectSum({ events, pending, standings, totals }: Content): void {
  const sums = sumsOf([...events, ...pending]);
  expect(Object.fromEntries(standings)).toEqual(Object.fromEntries(sums));
  expect(Object.fromEntries(totals)).toEqual(Object.fromEntries(sumsOf(events)));
}

function sumsOf(changes: readonly Kept[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { userId, increment } of changes) sums.set(userId, (sums.get(userId) ?? 0) + increment);
  return sums;
}

/** The once invariant: at most one change for each subject and key. */
export function expectOnce({ events, pending }: Content): void {
  const keyed = [...events, ...pending].filter(({ key }) => key !== "").map(({ subject, key }) => `${subject} ${key}`);
  const seen = new Set<string>();
  expect(keyed.filter((key) => seen.size === seen.add(key).size)).toEqual([]);
}

/** The acked-kept invariant: one of the stores has each acknowledged change, exactly as it was acknowledged. */
function expectKept({ events, pending }: Content, record: Witness): void {
  const kept = [...events, ...pending];
  const byRevision = new Map(kept.map((change) => [change.revision, change]));
  const byKey = new Map(kept.map((change) => [change.key, change]));
  const lost = record.acknowledged.filter(({ revision, key, userId, increment }) => {
    if (revision === undefined && key === undefined) return false; // Only the sum can tell: see expectBounds.
    const change = revision === undefined ? byKey.get(key ?? "") : byRevision.get(revision);
    return change?.userId !== userId || change.increment !== increment || change.key !== (key ?? "");
  });
  expect(lost).toEqual([]);
}

/** The bounds invariant, user by user. A user whose changes are all keyed and acknowledged has exactly their sum. */
function expectBounds({ standings }: Content, record: Witness): void {
  const outside = record.users
    .map((userId) => ({
      userId,
      acknowledged: record.acknowledgedOf(userId),
      total: standings.get(userId) ?? 0,
      attempted: record.attemptedOf(userId),
    }))
    .filter(({ acknowledged, total, attempted }) => acknowledged > total || total > attempted);
  expect(outside).toEqual([]);
}

/** The agree invariant, as `npm run check` checks it. */
async function expectAgreement(stores: Stores): Promise<void> {
  const database = new Database({ address: databaseAddresses(stores.databaseUrl).serving, statementTimeoutMs: 10_000 });
  try {
    const deps = {
      keeper: new BoardKeeper(stores.redisClient),
      outbox: new Outbox(stores.redisClient),
      ledger: new ScoreLedger(database, new ScoreHistory(database)),
      readDefinition: (board: Board) => Promise.resolve(configuredBoard(board)),
    };
    const report = await findDrift(deps, configuredBoard("main").id, () => delay(25));
    expect({ differing: report.differing, examples: report.examples }).toEqual({ differing: 0, examples: [] });
  } finally {
    await database.stop();
  }
}

/** Waits until the board is open and PostgreSQL has all its changes. Nothing may write meanwhile. */
export async function untilSettled({ redisClient, query }: Stores, timeoutMs = 20_000): Promise<void> {
  await waitFor(async () => {
    const info = await redisClient.info("server");
    const [runId, epoch, revision] = await redisClient.hmget("lb:{main}:meta", "run_id", "epoch", "revision");
    const [cursor] = await query<{ at: string }>(
      "SELECT epoch || '-' || revision AS at FROM sync_cursor WHERE board = 'main'",
    );
    return runId != null && info.includes(`run_id:${runId}`) && cursor?.at === `${epoch}-${revision}`;
  }, timeoutMs);
}

/** Waits until the stores settle, then checks everything that can be checked when writes have stopped. */
export async function expectAllInvariants(stores: Stores, record: Witness): Promise<Content> {
  await untilSettled(stores);
  const content = await readBoth(stores);
  expectSum(content);
  expectOnce(content);
  expectKept(content, record);
  expectBounds(content, record);
  await expectAgreement(stores);
  return content;
}
