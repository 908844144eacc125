import { expect, test } from "vitest";
import { formatPosition } from "../../src/domain/position.js";
import type { Revision } from "../../src/domain/score.js";
import { board, keyed, useWorker } from "./helpers/worker-steps.js";

const batchSize = 400;
const worker = useWorker();

test("a read gives as many changes as it was asked for, or a batch more, whatever the sizes of the batches", async () => {
  const start = await worker.deps.ledger.readCursor(board);
  if (!start) throw new Error("the board is open");
  const sizes = [...Array.from({ length: 50 }, () => 1), ...Array.from({ length: 30 }, () => batchSize), 1];
  let sent = 0;
  for (const size of sizes) {
    const changes = Array.from({ length: size }, (_none, index) => keyed(`k${sent + index}`, `p${index}`, 1));
    await worker.store.applyBatch(board, changes);
    sent += size;
  }
  for (const count of [50, 1_000, sent + 1]) {
    const revisions: number[] = [];
    for (let after = start.position; ;) {
      const changes = await worker.deps.outbox.read(board, after, count);
      const last = changes.at(-1);
      if (!last) break;
      expect(changes.length).toBeLessThan(count + batchSize);
      revisions.push(...changes.map(({ position }) => position.revision));
      after = last.position;
    }
    expect(revisions).toEqual(Array.from({ length: sent }, (_none, index) => start.position.revision + index + 1));
  }
});

test("a read goes on after missing changes and into the next epoch", async () => {
  const from = { epoch: 100, revision: 7 as Revision };
  const ids = ["100-8", `100-${7 + 2 ** 32}`, "101-1"];
  const fields = ["user", "ada", "increment", "1", "score", "1", "subject", "s", "key", "", "at", "1"];
  for (const id of ids) await worker.stores.redisClient.xadd("lb:{main}:outbox", id, ...fields);
  const changes = await worker.deps.outbox.read(board, from, 100);
  expect(changes.map(({ position }) => formatPosition(position))).toEqual(ids);
});
