import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { signToken } from "../../src/auth/sign-token.js";
import { jwtSecret } from "../helpers/app.js";
import { startService } from "../helpers/processes.js";
import { codeOf, graphql, updateScore, type GraphQLAnswer } from "../helpers/requests.js";
import { startStores, type Stores } from "../helpers/stores.js";
import { waitFor } from "../helpers/wait-for.js";

let stores: Stores;

beforeAll(async () => {
  stores = await startStores();
});
afterAll(() => stores.stop());

test("a process whose event loop is blocked sheds requests without a token, serves increments, and recovers", async () => {
  const slowLoop = new URL("../helpers/slow-loop.mjs", import.meta.url).href;
  const service = await startService(stores, "all", { LOAD_SHEDDING: "on", NODE_OPTIONS: `--import ${slowLoop}` });
  onTestFinished(() => service.program.kill());
  let refused: GraphQLAnswer | undefined;
  const read = () => graphql(service, { query: "{ topScores { rank } }" });
  expect((await read()).status).toBe(200);

  service.program.signal("SIGUSR2");
  await waitFor(async () => (refused = await read()).status === 503, 60_000);
  expect(refused?.headers.get("retry-after")).toBe("3");
  expect(refused?.errors?.[0]?.extensions).toEqual({ code: "UNAVAILABLE", retryAfter: 3 });
  const authToken = signToken({ secret: jwtSecret, subject: "ada", role: "player", expiresInSeconds: 600 });
  expect((await updateScore(service, { userId: "ada", scoreIncrement: 1, authToken })).status).toBe(200);
  expect((await fetch(`${service.opsUrl}/healthz`)).status).toBe(200);
  const metrics = await (await fetch(`${service.opsUrl}/metrics`)).text();
  expect(metrics).toMatch(/^standings_shedding_level 1$/m);
  expect(metrics).toMatch(/^standings_shed_requests_total [1-9]/m);

  service.program.signal("SIGUSR2");
  await waitFor(async () => codeOf(await read()) === undefined, 60_000);
}, 120_000);
