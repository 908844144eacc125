import jwt from "jsonwebtoken";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { startTestApp, type TestApp } from "../helpers/app.js";
import { clientId, startOpenIdProvider, type OpenIdProvider } from "../helpers/openid-provider.js";
import { codeOf, graphql, incrementMutation, incrementOf, tryIncrement, updateScore } from "../helpers/requests.js";
import { SocketClient } from "../helpers/socket-client.js";
import { waitFor } from "../helpers/wait-for.js";

/* The service takes the tokens of a real OpenID provider, without a secret of its own. */

let provider: OpenIdProvider;
let app: TestApp;
beforeAll(async () => {
  provider = await startOpenIdProvider();
  app = await startTestApp({
    env: {
      JWT_SECRET: "",
      JWT_JWKS_URL: provider.jwksUrl,
      JWT_ISSUER: provider.issuer,
      JWT_AUDIENCE: "standings.example",
      JWT_ROLE_CLAIM: "realm_access.roles",
    },
  });
});
afterAll(async () => {
  await app.stop();
  await provider.stop();
});

const serviceToken = () => provider.token("standings.example", ["uma_authorization", "player", "service"]);
const isRefused = async (token: string) =>
  codeOf(await graphql(app, { query: "{ topScores { rank } }", token })) === "UNAUTHENTICATED";

test("a token is an access token as RFC 9068 describes it", async () => {
  const { header, payload } = jwt.decode(await serviceToken(), { complete: true }) ?? {};
  expect(header).toEqual({ alg: "RS256", typ: "at+jwt", kid: "key-1" });
  expect(payload).toMatchObject({ iss: provider.issuer, aud: "standings.example", sub: clientId });
});

test("it counts over GraphQL, over REST in header and body, and over WebSocket, with the highest role that it has", async () => {
  const token = await serviceToken();
  incrementOf(await tryIncrement(app, token, { userId: "http", scoreIncrement: -3 }));
  const change = { userId: "rest", scoreIncrement: 1_000 };
  expect(await updateScore(app, { ...change, authToken: token })).toMatchObject({ status: 200 });
  expect(await updateScore(app, change, { authorization: `Bearer ${token}` })).toMatchObject({ status: 200 });
  const socket = await SocketClient.connect(app.wsUrl, token);
  onTestFinished(() => socket.close());
  incrementOf(await socket.request(incrementMutation, { userId: "socket", scoreIncrement: 500 }));
  const { data } = await graphql(app, { query: "{ topScores { userId score } }", token });
  expect(data?.topScores).toEqual([
    { userId: "rest", score: 2_000 },
    { userId: "socket", score: 500 },
    { userId: "http", score: -3 },
  ]);
});

test("a player's may change its own score alone", async () => {
  const token = await provider.token("standings.example", ["player"]);
  incrementOf(await tryIncrement(app, token, { userId: clientId, scoreIncrement: 1 }));
  expect(codeOf(await tryIncrement(app, token, { userId: "other", scoreIncrement: 1 }))).toBe("FORBIDDEN");
});

test("a token for another audience, without a role or with another role is refused on every transport", async () => {
  const roles = ["service"];
  const tokens = [
    await provider.token("shop.example", roles),
    await provider.token("standings.example", []),
    await provider.token("standings.example", ["root"]),
    app.token("sam", "service"), // of the secret that other tests use
  ];
  for (const token of tokens) {
    expect(await isRefused(token)).toBe(true);
    const answer = await updateScore(app, { userId: "u", scoreIncrement: 1, authToken: token });
    expect(answer).toMatchObject({ status: 401, body: { message: "Invalid authentication token." } });
    await expect(SocketClient.connect(app.wsUrl, token)).rejects.toThrow("4403");
  }
});

test("a token of another issuer is refused, although the same keys sign it", async () => {
  provider.rename("https://other.example");
  const token = await serviceToken();
  provider.rename(provider.issuer);
  expect(await isRefused(token)).toBe(true);
  expect(await isRefused(await serviceToken())).toBe(false);
});

test("when the provider rotates its keys, new tokens count within 10 s, and older ones go on", async () => {
  const before = await serviceToken();
  provider.rotate();
  const after = await serviceToken();
  expect(jwt.decode(after, { complete: true })?.header.kid).toBe("key-2");
  await waitFor(async () => !(await isRefused(after)), 10_000);
  for (const token of [before, after]) {
    incrementOf(await tryIncrement(app, token, { userId: "rotated", scoreIncrement: 1 }));
  }
  const metrics = await (await fetch(`${app.opsUrl}/metrics`)).text();
  expect(metrics).toMatch(/^standings_key_requests_total\{outcome="read"\} [23]$/m);
});
