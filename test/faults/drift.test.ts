import { expect, test, vi } from "vitest";
import { formatPosition } from "../../src/domain/position.js";
import { findDrift } from "../../src/sync/drift.js";
import { board, keyed, useWorker } from "./helpers/worker-steps.js";

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

test("agree: a player that changed while the stores were compared is looked at again", async () => {
  const { keeper } = worker.deps;
  const readScores = keeper.readScores.bind(keeper);
  const once = vi.spyOn(keeper, "readScores").mockImplementationOnce(async (...args) => {
    const scores = await readScores(...args);
    await worker.store.applyBatch(board, [keyed("meanwhile", String(args[1][0]), 1)]);
    return scores;
  });
  const wait = vi.fn(() => Promise.resolve());
  expect((await findDrift(worker.deps, board, wait)).differing).toBe(0);
  expect(once).toHaveBeenCalled();
  expect(wait).toHaveBeenCalledTimes(1);
});
