import { afterAll, beforeAll, expect, test } from "vitest";
import { findFreePort } from "../../scripts/stack.js";
import { serviceEnvironment } from "../helpers/processes.js";
import { SocketClient } from "../helpers/socket-client.js";
import { waitFor } from "../helpers/wait-for.js";
import { expectAllInvariants } from "./helpers/both-stores.js";
import { RoleProcess } from "./helpers/role-process.js";
import { startLoad } from "./helpers/clients.js";
import { ForwardWatch } from "./helpers/forward-watch.js";
import { startOwnStores, type OwnStores } from "./helpers/own-stores.js";
import { seededRandom } from "./helpers/random.js";
import { Witness } from "./helpers/witness.js";

/** FAULTS_KILLS=1000 for a run overnight. */
const kills = Number(process.env.FAULTS_KILLS ?? 30);

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
    const [port, ...opsPorts] = await Promise.all([findFreePort(), findFreePort(), findFreePort()]);
    const env = (opsPort: number) => ({
      ...serviceEnvironment(stores),
      PORT: String(port),
      OPS_PORT: String(opsPort),
      SYNC_INTERVAL_MS: "50",
      LOG_LEVEL: "fatal",
    });
    const [api, worker] = ["api", "worker"].map((role, at) => new RoleProcess(role, env(opsPorts[at] ?? 0)));
    if (!api || !worker) throw new Error("there are two roles");
    const victims = {
      redis: () => stores.redis.kill().then(() => stores.redis.restart()),
      postgres: () => stores.postgres.kill().then(() => stores.postgres.restart()),
      api: () => api.kill().then(() => api.start()),
      worker: () => worker.kill().then(() => worker.start()),
    };
    const witness = new Witness();
    const watch = new ForwardWatch(stores);
    api.start();
    worker.start();
    await Promise.all([api.ready(), worker.ready()]);
    const load = startLoad({ target: { url: `http://127.0.0.1:${port}` }, record: witness });
    try {
      for (let kill = 1; kill <= kills; kill += 1) {
        // The kill comes sometimes in the middle of the previous recovery, sometimes after it.
        const before = witness.acknowledged.length;
        const more = random.int(0, 2) * 15;
        await waitFor(() => witness.acknowledged.length >= before + more, 30_000);
        const victim = random.pick(["redis", "redis", "redis", "postgres", "worker", "worker", "api"]);
        await victims[victim as keyof typeof victims]();
      }
      await load.stop();
      await expectAllInvariants(stores, witness);
      await expectNewest(`ws://127.0.0.1:${port}/graphql`);
    } finally {
      await load.stop();
      await watch.stop();
      await Promise.all([api.kill(), worker.kill()]);
    }
    expect(watch.violations).toEqual([]);
    console.log(
      `${kills} kills, ${witness.acknowledged.length} acknowledged, ${watch.looks} looks, seed ${random.seed}`,
    );
    expect(watch.looks).toBeGreaterThan(kills);
    expect(witness.acknowledged.length).toBeGreaterThan(kills);
  },
  120_000 + kills * 5_000,
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
