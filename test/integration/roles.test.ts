import { describe, expect, test } from "vitest";
import { useTestApp } from "../helpers/app.js";
import { batchTransports } from "../helpers/batches.js";
import { codeOf, graphql, incrementMutation, tryIncrement, updateScore } from "../helpers/requests.js";
import { SocketClient } from "../helpers/socket-client.js";

const maxIncrement = 1_000;
const roles = ["none", "player", "service", "admin"] as const;
type Role = (typeof roles)[number];

const app = useTestApp({ env: { BOARDS: "main,other", MAX_INCREMENT: String(maxIncrement) } });

function tokenOf(role: Role, subject: string): string | undefined {
  return role === "none" ? undefined : app.token(subject, role);
}

/** The contract's table of roles. */
function expectedCode(role: Role, own: boolean, amount: number): string | undefined {
  if (role === "none") return "UNAUTHENTICATED";
  if (role === "player" && !own) return "FORBIDDEN";
  if (role === "player" && (amount < 1 || amount > maxIncrement)) return "BAD_USER_INPUT";
  return undefined;
}

const restStatus: Record<string, number> = { UNAUTHENTICATED: 401, FORBIDDEN: 403, BAD_USER_INPUT: 400 };

const amounts = [1, maxIncrement, maxIncrement + 1, -1, Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER];
const cases = roles.flatMap((role) =>
  [true, false].flatMap((own) =>
    amounts.map((amount) => ({ role, own, amount, expected: expectedCode(role, own, amount) })),
  ),
);

describe.each(cases)("$role, own score: $own, by $amount: $expected", ({ role, own, amount, expected }) => {
  const name = (transport: string) => `${transport} ${role} ${own ? "own" : "other"} ${amount}`;

  test("over GraphQL", async () => {
    const subject = name("graphql");
    const userId = own ? subject : `${subject} target`;
    const answer = await tryIncrement(app, tokenOf(role, subject), { userId, scoreIncrement: amount });
    expect(codeOf(answer)).toBe(expected);
    const { data } = await graphql(app, {
      query: "query ($u: ID!) { playerScore(userId: $u) { score } }",
      variables: { u: userId },
    });
    expect(data).toEqual({ playerScore: expected === undefined ? { score: amount } : null });
  });

  test("over REST", async () => {
    const subject = name("rest");
    const userId = own ? subject : `${subject} target`;
    const { status } = await updateScore(app, { userId, scoreIncrement: amount, authToken: tokenOf(role, subject) });
    expect(status).toBe(expected === undefined ? 200 : restStatus[expected]);
  });

  test("over WebSocket", async () => {
    const subject = name("socket");
    const userId = own ? subject : `${subject} target`;
    const socket = await SocketClient.connect(app.wsUrl, tokenOf(role, subject));
    try {
      expect(codeOf(await socket.request(incrementMutation, { userId, scoreIncrement: amount }))).toBe(expected);
    } finally {
      socket.close();
    }
  });
});

describe.each(Object.entries(batchTransports))("in a batch over %s", (transport, send) => {
  test.each(roles.flatMap((role) => [true, false].map((own) => ({ role, own }))))(
    "$role, own score: $own: each change is judged as it would be alone",
    async ({ role, own }) => {
      const subject = `batch ${transport} ${role} ${own ? "own" : "other"}`;
      const userId = own ? subject : `${subject} target`;
      const together = [1, maxIncrement, maxIncrement + 1, -1];
      const changes = together.map((increment) => ({ userId, increment }));
      const { results, error } = await send(app, tokenOf(role, subject), { changes });
      if (role === "none") return expect(error?.message).toBe("Invalid authentication token.");
      expect(results?.map(({ code }) => code)).toEqual(together.map((amount) => expectedCode(role, own, amount)));
    },
  );
});

test.each(["player", "service", "admin"] as const)("no %s may add zero", async (role) => {
  const answer = await tryIncrement(app, app.token("zero", role), { userId: "zero", scoreIncrement: 0 });
  expect(codeOf(answer)).toBe("BAD_USER_INPUT");
});

test.each(roles)("%s may read and subscribe", async (role) => {
  const token = tokenOf(role, "reader");
  const query = '{ topScores { rank } playerScore(userId: "x") { rank } scoresAround(userId: "x") { rank } }';
  expect((await graphql(app, { query, token })).errors).toBeUndefined();
  const socket = await SocketClient.connect(app.wsUrl, token);
  try {
    socket.subscribe("subscription { topScoresUpdated { revision } }");
    expect(await socket.next()).toMatchObject({ type: "next", payload: { data: { topScoresUpdated: {} } } });
  } finally {
    socket.close();
  }
});

test("a player's subject is compared exactly", async () => {
  for (const userId of ["Ann", "ann ", "an", "ann\u0301"]) {
    expect(codeOf(await tryIncrement(app, app.token("ann"), { userId, scoreIncrement: 1 }))).toBe("FORBIDDEN");
  }
});

test("a player may play on every board", async () => {
  const answer = await tryIncrement(app, app.token("both"), { board: "other", userId: "both", scoreIncrement: 1 });
  expect(codeOf(answer)).toBeUndefined();
});
