import { afterAll, beforeAll, expect, test } from "vitest";
import { SocketClient } from "../helpers/socket-client.js";
import { waitFor } from "../helpers/wait-for.js";
import { expectAllInvariants } from "../faults/helpers/both-stores.js";
import { startLoad } from "../faults/helpers/clients.js";
import { ForwardWatch } from "../faults/helpers/forward-watch.js";
import { startOwnStores, type OwnStores } from "../faults/helpers/own-stores.js";
import { seededRandom } from "../faults/helpers/random.js";
import { kills, killsTimeoutMs, startVictims } from "../faults/helpers/victims.js";
import { Witness } from "../faults/helpers/witness.js";

let stores: OwnStores;
beforeAll(async () => {
  stores = await startOwnStores();
});
afterAll(async () => {
  await stores.stop();
});

test(
  `acked-kept, sum, once, forward, bounds, agree, newest: ${kills} kills of Redis, PostgreSQL, API and worker under load`,
  async () => {
    const random = seededRandom("kills");
    const witness = new Witness();
    const watch = new ForwardWatch(stores);
    const victims = await startVictims(stores);
    const load = startLoad({ target: victims.target, record: witness });
    try {
      for (let kill = 1; kill <= kills; kill += 1) {
        // The kill comes sometimes in the middle of the previous recovery, sometimes after it.
        const before = witness.acknowledged.length;
        const more = random.int(0, 2) * 15;
        await waitFor(() => witness.acknowledged.length >= before + more, 30_000);
        const all = ["redis", "redis", "redis", "postgres", "worker", "worker", "api"] as const;
        await victims.kill[random.pick<(typeof all)[number]>(all)]();
      }
      await load.stop();
      await expectAllInvariants(stores, witness);
      await expectNewest(victims.target.wsUrl);
    } finally {
      await load.stop();
      await watch.stop();
      await victims.stop();
    }
    expect(watch.violations).toEqual([]);
    console.log(
      `${kills} kills, ${witness.acknowledged.length} acknowledged, ${watch.looks} looks, seed ${random.seed}`,
    );
    expect(watch.looks).toBeGreaterThan(kills);
    expect(witness.acknowledged.length).toBeGreaterThan(kills);
  },
  killsTimeoutMs,
);

async function expectNewest(wsUrl: string): Promise<void> {
  const viewer = await SocketClient.connect(wsUrl);
  try {
    viewer.subscribe("subscription { topScoresUpdated { revision } }");
    const { payload } = await viewer.next();
    const revision = Number(await stores.redisClient.hget("lb:{main}:meta", "revision"));
    expect(payload).toEqual({ data: { topScoresUpdated: { revision } } });
  } finally {
    viewer.close();
  }
}
