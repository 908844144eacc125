import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startTestApp, type TestApp } from "../helpers/app.js";
import { SocketClient } from "../helpers/socket-client.js";
import { waitFor } from "../helpers/wait-for.js";
import { AppendOnlyFiles } from "../faults/helpers/aof.js";
import { expectAllInvariants, untilSettled } from "../faults/helpers/both-stores.js";
import { send, startLoad } from "../faults/helpers/clients.js";
import { ForwardWatch } from "../faults/helpers/forward-watch.js";
import { startOwnStores, type OwnStores } from "../faults/helpers/own-stores.js";
import { seededRandom, type Random } from "../faults/helpers/random.js";
import { Witness } from "../faults/helpers/witness.js";

let stores: OwnStores;
let app: TestApp;

beforeEach(async () => {
  stores = await startOwnStores();
});
afterEach(async () => {
  await app.stop();
  await stores.stop();
});

type Loss = (files: AppendOnlyFiles, random: Random) => Promise<void>;

/** What happens to Redis' data while it is down; `undefined`: it stays up. */
const losses: Record<string, Loss | undefined> = {
  "was emptied": undefined,
  "lost its append-only files": (files) => files.remove(),
  "came back with its append-only file cut off": async (files, random) =>
    files.truncate(random.int(0, await files.size())),
  "came back with an older copy": (files) => files.replaceBy(olderCopy()),
};

const olderCopy = () => join(stores.redisDir, "older-copy");

describe("DURABILITY=postgres", () => {
  test.each(Object.entries(losses))(
    "acked-kept, sum, once, forward, bounds, agree, newest: Redis %s under load, three times",
    async (what, loss) => {
      const random = seededRandom(what);
      app = await startTestApp({ stores, env: { DURABILITY: "postgres" } });
      const files = new AppendOnlyFiles(stores.redisDir);
      const [witness, watch] = [new Witness(), new ForwardWatch(stores)];
      const viewer = await SocketClient.connect(app.wsUrl);
      viewer.subscribe("subscription { topScoresUpdated { revision } }");
      const load = startLoad({ target: app, record: witness });
      try {
        for (let time = 0; time < 3; time += 1) {
          await untilAcknowledged(witness, random.int(1, 60));
          await files.copyTo(olderCopy());
          await untilAcknowledged(witness, random.int(1, 60));
          if (loss) await whileDown(() => loss(files, random));
          else await stores.redisClient.flushall();
        }
        await untilAcknowledged(witness, 20);
        await load.stop();
        await expectAllInvariants(stores, witness);
        await expectSameAnswers(witness, random);
        await expectNewest(viewer);
      } finally {
        await load.stop();
        await watch.stop();
        viewer.close();
      }
      expect(watch.violations).toEqual([]);
    },
    60_000,
  );
});

describe.each(["postgres", "redis"])("DURABILITY=%s", (mode) => {
  test("forward, newest: a revision that Redis lost together with its change is not used again", async () => {
    app = await startTestApp({ stores, env: { DURABILITY: mode } });
    const files = new AppendOnlyFiles(stores.redisDir);
    expect((await send(app, { userId: "ada", increment: 1, key: undefined }, "graphql")).kind).toBe("accepted");
    const viewer = await SocketClient.connect(app.wsUrl);
    viewer.subscribe("subscription { topScoresUpdated { revision topScores { userId } } }");
    try {
      await untilSettled(stores);
      const size = await files.size();
      await stores.postgres.pause();
      const lost = send(app, { userId: "lost", increment: 1, key: undefined }, "graphql");
      await waitFor(async () => (await stores.redisClient.hget("lb:{main}:meta", "revision")) === "2");
      await whileDown(() => files.truncate(size));
      await stores.postgres.resume();
      await lost;
      let revision: number | undefined;
      await waitFor(async () => {
        const told = await send(app, { userId: "bob", increment: 1, key: "bob" }, "graphql");
        revision = told.kind === "accepted" ? told.revision : undefined;
        return revision !== undefined;
      }, 20_000);
      expect(revision).toBeGreaterThan(2);
      // Every viewer sees the change, including the viewer that saw revision 2.
      await viewer.nextUntil(({ payload }) => JSON.stringify(payload).includes('"bob"'));
    } finally {
      viewer.close();
    }
  }, 60_000);
});

async function untilAcknowledged(witness: Witness, more: number): Promise<void> {
  const before = witness.acknowledged.length;
  await waitFor(() => witness.acknowledged.length >= before + more, 20_000);
}

/** Kills Redis, changes its files, and starts it again. */
async function whileDown(happen: () => Promise<void>): Promise<void> {
  await stores.redis.kill();
  await happen();
  await stores.redis.restart();
}

/** Committed changes get their first answer again: 20 of them, from before, between and after the losses. */
async function expectSameAnswers(witness: Witness, random: Random): Promise<void> {
  const keyed = witness.acknowledged.filter(({ key, revision }) => key !== undefined && revision !== undefined);
  const [first, ...others] = keyed;
  if (!first) throw new Error("nothing was acknowledged");
  const before = await stores.redisClient.hget("lb:{main}:meta", "revision");
  for (let n = 0; n < 20; n += 1) {
    const answered = random.pick([first, ...others]);
    const told = await send(app, answered, "graphql");
    expect(told).toMatchObject({ kind: "accepted", revision: answered.revision });
  }
  expect(await stores.redisClient.hget("lb:{main}:meta", "revision")).toBe(before);
}

/** The newest standings arrive within the contract's one second, doubled for a busy machine. Revisions only grow. */
async function expectNewest(viewer: SocketClient): Promise<void> {
  const newest = Number(await stores.redisClient.hget("lb:{main}:meta", "revision"));
  const start = performance.now();
  const revisions = (await viewer.nextUntil((message) => revisionOf(message.payload) === newest)).map(({ payload }) =>
    revisionOf(payload),
  );
  expect(performance.now() - start).toBeLessThan(2_000);
  expect(revisions).toEqual([...new Set(revisions)].sort((a, b) => a - b));
}

function revisionOf(payload: unknown): number {
  return (payload as { data: { topScoresUpdated: { revision: number } } }).data.topScoresUpdated.revision;
}
