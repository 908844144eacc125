import { createClient } from "graphql-ws";
import { setTimeout as delay } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { signToken } from "../../src/auth/sign-token.js";
import { jwtSecret } from "../helpers/app.js";
import { logLines, startService } from "../helpers/processes.js";
import { increment } from "../helpers/requests.js";
import { startStores } from "../helpers/stores.js";
import { waitFor } from "../helpers/wait-for.js";

const viewerCount = Number(process.env.FAULTS_VIEWERS ?? 5_000);
const logError = 50;
const token = signToken({ secret: jwtSecret, subject: "referee", role: "service", expiresInSeconds: 600 });

/** A viewer as docs/clients.md describes it: retries for ever, with full jitter. */
class Viewer {
  revision = -1;
  refusals = 0;
  readonly #client;

  constructor(url: string) {
    this.#client = createClient({
      url,
      webSocketImpl: WebSocket,
      retryAttempts: Infinity,
      shouldRetry: () => true,
      retryWait: (retries) => delay(Math.random() * Math.min(10_000, 1_000 * 2 ** retries)),
    });
    this.#client.subscribe<{ topScoresUpdated: { revision: number } }>(
      { query: "subscription { topScoresUpdated { revision topScores { userId score } } }" },
      {
        next: ({ data, errors }) => {
          if (data) this.revision = data.topScoresUpdated.revision;
          if (errors) this.refusals += 1;
        },
        error: () => (this.refusals += 1),
        complete: () => undefined,
      },
    );
  }

  leave(): void {
    this.#client.terminate();
    void this.#client.dispose();
  }
}

test(`${viewerCount} viewers come back after a restart of the API, and of Redis, without an error storm`, async () => {
  const stores = await startStores();
  onTestFinished(() => stores.stop());
  const env = { MAX_CONNECTIONS_PER_ADDRESS: String(2 * viewerCount) };
  let service = await startService(stores, "all", env);
  onTestFinished(() => service.program.kill());
  const { port } = new URL(service.url);

  const viewers = Array.from({ length: viewerCount }, () => new Viewer(service.wsUrl));
  onTestFinished(() => {
    for (const viewer of viewers) viewer.leave();
  });
  const allAt = async (revision: number) => {
    await waitFor(() => viewers.every((viewer) => viewer.revision >= revision), 60_000);
    expect(viewers.filter(({ refusals }) => refusals > 0)).toHaveLength(0);
  };
  const change = async () => (await increment(service, token, { userId: "ada", scoreIncrement: 1 })).revision;
  const errorsLogged = () => logLines(service.program.stdout).filter(({ level }) => level >= logError);
  await allAt(0);
  await allAt(await change());

  service.program.signal("SIGTERM");
  expect((await service.program.ended).code).toBe(0);
  expect(errorsLogged()).toEqual([]);
  service = await startService(stores, "all", { ...env, PORT: port });
  await allAt(await change());
  expect(errorsLogged()).toEqual([]);

  await stores.redis.kill();
  await stores.redis.restart();
  let revision = 0;
  await waitFor(async () => (revision = await change()) > 0, 20_000);
  await allAt(revision);
  // The worker logs its failed passes; no process logs them again for each viewer.
  expect(errorsLogged().length).toBeLessThan(20);
}, 180_000);
