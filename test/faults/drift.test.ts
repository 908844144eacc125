import { afterEach, expect, test, vi } from "vitest";
import { formatPosition } from "../../src/domain/position.js";
import { findDrift } from "../../src/sync/drift.js";
import { board, keyed, pass, useWorker } from "./helpers/worker-steps.js";

const worker = useWorker();

test("agree: a check reads a long outbox once, however many players wait in it", async () => {
  const players = 5_000; // More than one step of Redis' scan.
  for (let from = 0; from < players; from += 500) {
    const changes = Array.from({ length: 500 }, (_none, index) => keyed(`k${from + index}`, `p${from + index}`, 1));
    await worker.store.applyBatch(board, changes);
  }
  const read = vi.spyOn(worker.deps.outbox, "read");
  const report = await findDrift(worker.deps, board, () => Promise.resolve());
  expect(report).toEqual({ players, differing: 0, examples: [] });
  const starts = read.mock.calls.map(([, after]) => formatPosition(after));
  expect(new Set(starts).size).toBe(starts.length);
});

/** Makes a method of an object be followed by a step, each time that it is called. */
function followed<T extends object>(owner: T, method: keyof T & string, step: () => Promise<unknown>): void {
  const original = (owner[method] as (...args: unknown[]) => Promise<unknown>).bind(owner);
  const replaced = async (...args: unknown[]) => {
    const answer = await original(...args);
    await step();
    return answer;
  };
  vi.spyOn(owner, method as never).mockImplementation(replaced as never);
}

afterEach(() => void vi.restoreAllMocks());

let changes = 0;
/** The player changes after each read, and so never has the same total in both stores. */
function keepBusy(userId: string, afterRedisWasRead = () => Promise.resolve()): void {
  const { keeper, ledger } = worker.deps;
  const change = () => worker.store.applyBatch(board, [keyed(`busy${(changes += 1)}`, userId, 1)]);
  followed(keeper.totals, "readScores", change);
  followed(keeper.totals, "readAtOnce", () => change().then(afterRedisWasRead));
  followed(ledger, "readScores", change);
  followed(ledger, "readAtOnce", change);
}

test("agree: a player that changes between any two reads agrees, before and after PostgreSQL has it", async () => {
  keepBusy("busy");
  await worker.store.applyBatch(board, [keyed("first", "busy", 1), keyed("other", "idle", 5)]);
  const wait = vi.fn(() => Promise.resolve());
  expect((await findDrift(worker.deps, board, wait)).differing).toBe(0);
  expect(wait).toHaveBeenCalledTimes(1);
  await pass(worker.deps);
  expect((await findDrift(worker.deps, board, wait)).differing).toBe(0);
  expect(wait).toHaveBeenCalledTimes(2);
});

test("agree: a player that PostgreSQL gets meanwhile is looked at again", async () => {
  let passes = 0;
  keepBusy("busy", async () => {
    if ((passes += 1) <= 3) await pass(worker.deps);
  });
  await pass(worker.deps);
  const wait = vi.fn(() => Promise.resolve());
  expect((await findDrift(worker.deps, board, wait)).differing).toBe(0);
  expect(wait).toHaveBeenCalledTimes(4);
});

test("agree: a busy player whose total in PostgreSQL is wrong differs", async () => {
  await worker.store.applyBatch(board, [keyed("wrong", "wrong", 5)]);
  await pass(worker.deps);
  keepBusy("busy");
  await worker.stores.query("UPDATE user_scores SET score = score + 1 WHERE user_id = 'wrong'");
  const { differing, examples } = await findDrift(worker.deps, board, () => Promise.resolve());
  expect({ differing, examples }).toEqual({ differing: 1, examples: [{ userId: "wrong", redis: 5, postgres: 6 }] });
});
