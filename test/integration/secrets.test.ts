import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { signToken } from "../../src/auth/sign-token.js";
import { run, serviceEnvironment, startService, type Environment, type Outcome } from "../helpers/processes.js";
import { authorization, graphql, incrementMutation, updateScore } from "../helpers/requests.js";
import { SocketClient } from "../helpers/socket-client.js";
import { startStores, type Stores } from "../helpers/stores.js";
import { waitFor } from "../helpers/wait-for.js";

/** Every secret of these tests has this word in it. */
const canary = "canary0";
const secret = (name: string) => `${name}-${canary}-4f8a1c`;
const jwtSecret = secret("jwt").padEnd(40, "x");
const tokenFor = (subject: string) => signToken({ secret: jwtSecret, subject, role: "player", expiresInSeconds: 600 });
/** A part of each token that no other text has. */
const signatureOf = (token: string) => token.slice(token.lastIndexOf(".") + 1);
const everything = "ioredis:*,prisma:*,fastify*,avvio,*";

const role = `of_secrets_${process.pid}`;

let stores: Stores;
let environment: Environment;

beforeAll(async () => {
  stores = await startStores();
  await stores.redisClient.config("SET", "requirepass", secret("redis"));
  const database = new URL(stores.databaseUrl);
  await stores.query(`CREATE ROLE ${role} SUPERUSER LOGIN PASSWORD '${secret("postgres")}'`);
  database.username = role;
  database.password = secret("postgres");
  environment = {
    ...serviceEnvironment(stores),
    JWT_SECRET: jwtSecret,
    REDIS_URL: stores.redis.url.replace("redis://", `redis://:${secret("redis")}@`),
    DATABASE_URL: database.href,
    AMQP_URL: `amqp://user:${secret("amqp")}@127.0.0.1:1`,
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1",
    OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${secret("otel")}`,
    OTEL_BSP_SCHEDULE_DELAY: "50",
    LOG_LEVEL: "trace",
  };
});
afterAll(async () => {
  await stores.redisClient.config("SET", "requirepass", "");
  await stores.query(`DROP ROLE ${role}`);
  await stores.stop();
});

function expectNoSecret(...texts: readonly string[]): void {
  for (const text of texts) {
    const at = text.indexOf(canary);
    expect(at < 0 ? "" : text.slice(Math.max(0, at - 300), at + 100)).toBe("");
  }
}

/** Sends requests with secrets in every place that a client can put one. */
async function sendSecrets(url: string, wsUrl: string): Promise<string[]> {
  const target = { url };
  const token = tokenFor("player");
  const headers = { cookie: `session=${secret("cookie")}`, "x-api-key": secret("api-key") };
  const variables = { userId: "player", scoreIncrement: 1, idempotencyKey: secret("key") };
  const socket = await SocketClient.open(wsUrl, { headers });
  socket.send({ type: "connection_init", payload: { authToken: secret("socket"), authorization: secret("socket") } });
  const { reason } = await socket.closed;
  const other = await SocketClient.connect(wsUrl, token);
  const overSocket = JSON.stringify(await other.request(incrementMutation, variables));
  other.sendRaw(`{"type":"subscribe","id":"1","payload":"${secret("frame")}`);
  await other.closed;
  const answers = await Promise.all([
    graphql(target, { query: incrementMutation, variables, token, headers }),
    graphql(target, { query: incrementMutation, variables: { ...variables, scoreIncrement: 2 }, token }),
    graphql(target, { query: "{ __typename }", token: secret("bearer") }),
    graphql(target, { query: "{ __typename }", token: `${token}x` }),
    updateScore(target, { userId: "player", scoreIncrement: 1, authToken: secret("rest") }),
    updateScore(target, { userId: "player", scoreIncrement: "x", authToken: token, idempotencyKey: secret("key") }),
    updateScore(target, `{"authToken": "${secret("broken")}`, { "idempotency-key": secret("key") }),
  ]);
  const others = await Promise.all([
    fetch(`${url}/nowhere?token=${secret("query")}`, { headers: { ...headers, ...authorization(token) } }),
    fetch(`${url}/graphql?query=${secret("query")}&access_token=${token}`, {
      headers: { "x-apollo-operation-name": "x" },
    }),
    fetch(`${url}/graphql/stream?query=x`, { headers: authorization(secret("stream")) }),
  ]);
  const texts = await Promise.all(others.map((answer) => answer.text()));
  // What a client wrote into its own request may come back to it, such as the document of a syntax error.
  const own = (text: string) => text.replaceAll(secret("query"), "");
  return [reason, overSocket, ...answers.map(({ text }) => text), ...texts.map(own)];
}

test("no output and no answer shows a secret, at the level trace, whatever fails", async () => {
  const { program, url, wsUrl } = await startService(stores, "all", { ...environment, DEBUG: everything });
  onTestFinished(() => program.kill());
  expectNoSecret(...(await sendSecrets(url, wsUrl)));
  await stores.query('ALTER TABLE "score_events" RENAME TO "gone"');
  const history = '{ scoreAt(userId: "player", at: "2026-01-01T00:00:00Z") }';
  const failed = await graphql({ url }, { query: history, token: tokenFor("player") });
  // From now on Redis refuses the password.
  await stores.redisClient.config("SET", "requirepass", "another");
  await stores.redisClient.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
  await waitFor(() => program.stdout.includes("refuses the user or the password"));
  const refused = await updateScore({ url }, { userId: "player", scoreIncrement: 1, authToken: tokenFor("player") });
  program.signal("SIGTERM");
  const { stdout, stderr } = await program.ended;
  await stores.redisClient.config("SET", "requirepass", secret("redis"));
  await stores.query('ALTER TABLE "gone" RENAME TO "score_events"');
  expect(stderr).toContain("ioredis"); // The libraries did talk.
  expect(stdout).toContain('"level":20');
  expectNoSecret(stdout, stderr, failed.text, refused.text);
  expect(stdout + stderr).not.toContain(signatureOf(tokenFor("player")));
}, 120_000);

test.each<[string, Environment, (outcome: Outcome) => void]>([
  ["a start without a store", { REDIS_URL: `redis://u:${secret("redis")}@127.0.0.1:1` }, () => undefined],
  [
    "a configuration with mistakes",
    { PORT: "x", DATABASE_URL: `mysql://u:${secret("postgres")}@d/x` },
    ({ code }) => expect(code).toBe(78),
  ],
])("the output of an operator's command shows no secret: %s", async (_case, env, judge) => {
  const outcome = await run(["src/cli.ts", "check"], { ...environment, ...env, DEBUG: everything });
  expect(outcome.code).not.toBe(0);
  judge(outcome);
  expectNoSecret(outcome.stdout, outcome.stderr);
});
