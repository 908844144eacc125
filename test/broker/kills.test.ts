import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findFreePort } from "../../scripts/stack.js";
import { signToken } from "../../src/auth/sign-token.js";
import { deadLettersQueue } from "../../src/ingest/queues.js";
import { expectAllInvariants } from "../faults/helpers/both-stores.js";
import { RoleProcess } from "../faults/helpers/role-process.js";
import { seededRandom } from "../faults/helpers/random.js";
import { Witness, type Attempt } from "../faults/helpers/witness.js";
import { jwtSecret } from "../helpers/app.js";
import { serviceEnvironment } from "../helpers/processes.js";
import { codeOf, type Target } from "../helpers/requests.js";
import { startStores, type Stores } from "../helpers/stores.js";
import { waitFor } from "../helpers/wait-for.js";
import { enqueue, enqueueOverRest, QueueWatch } from "./helpers/enqueue.js";
import { startBroker, type Broker } from "./helpers/rabbitmq.js";

/** BROKER_KILLS=100 for a run overnight. */
const kills = Number(process.env.BROKER_KILLS ?? 12);
const writers = 12;
const token = signToken({ secret: jwtSecret, subject: "referee", role: "service", expiresInSeconds: 3600 });

let stores: Stores;
let broker: Broker;
let watch: QueueWatch;
beforeAll(async () => {
  [stores, broker] = await Promise.all([startStores(), startBroker()]);
  watch = new QueueWatch(broker.url);
});
afterAll(async () => {
  await watch.stop();
  await broker.stop();
  await stores.stop();
});

test(
  `nothing confirmed is lost and nothing is counted twice: ${kills} kills of broker, API and ingest under load`,
  async () => {
    const random = seededRandom("broker kills");
    const [port, ...opsPorts] = await Promise.all([findFreePort(), findFreePort(), findFreePort(), findFreePort()]);
    const [api, worker, ingest] = ["api", "worker", "ingest"].map((role, at) => {
      const ports = { PORT: String(port), OPS_PORT: String(opsPorts[at]) };
      return new RoleProcess(role, {
        ...{ ...serviceEnvironment(stores), ...ports, AMQP_URL: broker.url },
        ...{ SYNC_INTERVAL_MS: "50", LOG_LEVEL: "fatal" },
      });
    });
    if (!api || !worker || !ingest) throw new Error("there are three roles");
    const roles = [worker, api, ingest];
    const victims = {
      broker: () => broker.server.kill().then(() => broker.server.restart()),
      api: () => api.kill().then(() => api.start()),
      ingest: () => ingest.kill().then(() => ingest.start()),
    };
    const witness = new Witness();
    for (const role of roles) role.start();
    await Promise.all(roles.map((role) => role.ready()));
    const load = new AbortController();
    const done = startWriters({ url: `http://127.0.0.1:${port}` }, witness, load.signal);
    try {
      for (let kill = 1; kill <= kills; kill += 1) {
        // The kill comes sometimes in the middle of the previous recovery, sometimes after it.
        const enough = witness.acknowledged.length + random.int(0, 2) * 50;
        await waitFor(() => witness.acknowledged.length >= enough, 30_000);
        // A broker takes seconds to come back, so only a few kills hit it, but always some.
        const victim = kill % 4 === 0 ? "broker" : random.pick(["ingest", "ingest", "api"]);
        await victims[victim as keyof typeof victims]();
      }
      load.abort();
      await done;
      await expectEmptyQueue(ingest);
      await expectAllInvariants(stores, witness);
      expect(await watch.waiting(deadLettersQueue.queue)).toBe(0);
    } finally {
      load.abort();
      await done;
      await Promise.all(roles.map((role) => role.kill()));
    }
    console.log(`${kills} kills, ${witness.acknowledged.length} confirmed, seed ${random.seed}`);
    expect(witness.acknowledged.length).toBeGreaterThan(kills);
  },
  120_000 + kills * 10_000,
);

/** Also checks messages that a consumer holds: a consumer that stops in good order returns those it has not applied. */
async function expectEmptyQueue(ingest: RoleProcess): Promise<void> {
  await ingest.ready(60_000);
  await waitFor(async () => (await watch.waiting()) === 0, 60_000);
  await delay(1_000);
  await ingest.end("SIGTERM");
  expect(await watch.waiting()).toBe(0);
}

/**
 * Half of the writers send each increment once, whatever the outcome. The others repeat an increment with its key until
 * it is confirmed. Every second writer uses REST.
 */
async function startWriters(target: Target, witness: Witness, signal: AbortSignal): Promise<void> {
  const write = async (writer: number) => {
    const isKeyed = writer % 2 === 0;
    for (let n = 0; !signal.aborted; n += 1) {
      const key = isKeyed ? `${writer}-${n}` : undefined;
      const userId = n % 2 === 0 ? `${writer}` : isKeyed ? "keyed" : "plain";
      const attempt: Attempt = { userId, increment: 1 + (n % 7), key };
      witness.attempt(attempt);
      let confirmed = await isConfirmed(target, attempt, writer % 4 < 2);
      while (!confirmed && isKeyed) {
        await delay(20);
        confirmed = await isConfirmed(target, attempt, writer % 4 < 2);
      }
      if (confirmed) witness.acknowledge({ ...attempt, revision: undefined });
      await delay(confirmed ? 2 : 20);
    }
  };
  await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)));
}

async function isConfirmed(target: Target, { userId, increment, key }: Attempt, overRest: boolean): Promise<boolean> {
  const change = { userId, scoreIncrement: increment, ...(key !== undefined && { idempotencyKey: key }) };
  try {
    if (overRest) return (await enqueueOverRest(target, token, change)).status === 202;
    return codeOf(await enqueue(target, token, change)) === undefined;
  } catch {
    return false; // The connection broke.
  }
}
