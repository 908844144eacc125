import { expect, test } from "vitest";
import { firstSeason } from "../../src/domain/season.js";
import { isChange } from "../../src/standings/outbox-entry.js";
import type { Revision } from "../../src/domain/score.js";
import { startStores } from "../helpers/stores.js";
import { expectOnce, expectSum, readBoth } from "./helpers/both-stores.js";
import { board, createWorker, keyed, passUntilSettled } from "./helpers/worker-steps.js";

test("sum, once: changes whose events the history has already are committed, whatever characters they hold", async () => {
  const stores = await startStores();
  const worker = createWorker(stores);
  try {
    await passUntilSettled(worker.deps);
    const users = ['"quoted"', "back\\slash", "{a,b}", "NULL", " ", "\u{1F3C6}é"];
    const changes = users.map((userId, n) => keyed(`odd ${n} "\\{},`, userId, n + 1));
    expect((await worker.store.applyBatch(board, changes))?.changed).toBe(true);

    // A recovery was interrupted after it kept these events and before it moved the cursor.
    const { cursor } = await readBoth(stores);
    const position = { epoch: cursor.epoch, revision: cursor.revision as Revision };
    const entries = (await worker.deps.outbox.read(board, position, 10)).filter(isChange);
    const lease = { position, fence: cursor.fence, season: firstSeason };
    expect(await worker.deps.ledger.recordEvents(board, lease, entries.slice(0, 3))).toBe(true);

    await passUntilSettled(worker.deps);
    const content = await readBoth(stores);
    expectSum(content);
    expectOnce(content);
    expect(content.events.map(({ userId, key }) => [userId, key])).toEqual(
      expect.arrayContaining(changes.map(({ userId, idempotencyKey }) => [userId, idempotencyKey])),
    );
    for (const [n, userId] of users.entries()) expect(content.totals.get(userId)).toBe(n + 1);
  } finally {
    await worker.stop();
    await stores.stop();
  }
});
