import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestApp, type TestApp } from "../helpers/app.js";
import { firstResult } from "../helpers/first-result.js";
import { authorization, codeOf, graphql, incrementMutation, updateScore } from "../helpers/requests.js";
import { SocketClient, type Result } from "../helpers/socket-client.js";
import { createSigningKey, startKeyService, type KeyService } from "../helpers/key-service.js";
import { StoredTokenDesk } from "../helpers/stored-tokens.js";
import { signRaw } from "../helpers/tokens.js";

/* Who may do what: role x kind of token x boards of the token x board x operation x transport. */

/** The key of an authentication service. */
const serviceKey = createSigningKey("ec", "key");
let app: TestApp;
const boards = ["main", "other"] as const;
type Board = (typeof boards)[number];

const operations = ["read", "subscribe", "increment", "batch", "enqueue"] as const;
type Operation = (typeof operations)[number];

interface Bearer {
  readonly kind: "none" | "JWT of the secret" | "JWT of a service" | "stored";
  readonly role: "none" | "player" | "service" | "admin";
  /** Undefined: all boards. */
  readonly boards?: readonly string[];
}

const lists = [undefined, ["main"], []];
const bearers: Bearer[] = [
  { kind: "none", role: "none" },
  ...(["JWT of the secret", "JWT of a service", "stored"] as const).flatMap((kind) =>
    (["player", "service", "admin"] as const).flatMap((role) =>
      lists.map((list) => ({ kind, role, ...(list && { boards: list }) })),
    ),
  ),
];

/** The contract's table. */
function expectedOutcome(bearer: Bearer, board: Board, operation: Operation, isOwn: boolean): string {
  if (operation === "read" || operation === "subscribe") return "done";
  if (bearer.role === "none") return "UNAUTHENTICATED";
  if (bearer.boards && !bearer.boards.includes(board)) return "FORBIDDEN";
  if (bearer.role === "player" && !isOwn) return "FORBIDDEN";
  // What may be enqueued meets a server without a message broker.
  return operation === "enqueue" ? "UNAVAILABLE" : "done";
}

interface Request {
  readonly token: string | undefined;
  readonly operation: Operation;
  readonly board: Board;
  readonly userId: string;
}

const documents: Readonly<Record<Operation, string>> = {
  read: "query ($board: ID!) { topScores(board: $board) { rank } }",
  subscribe: "subscription ($board: ID!) { topScoresUpdated(board: $board) { revision } }",
  increment: incrementMutation,
  batch: /* GraphQL */ `
    mutation ($board: ID!, $userId: ID!) {
      submitChanges(board: $board, changes: [{ userId: $userId, increment: 1 }]) {
        error {
          code
        }
      }
    }
  `,
  enqueue: /* GraphQL */ `
    mutation ($board: ID!, $userId: ID!) {
      enqueueIncrement(board: $board, userId: $userId, scoreIncrement: 1) {
        accepted
      }
    }
  `,
};

function toGraphQL({ operation, board, userId }: Request) {
  const isWrite = operation !== "read" && operation !== "subscribe";
  const variables = { board, ...(isWrite && { userId }), ...(operation === "increment" && { scoreIncrement: 1 }) };
  return { query: documents[operation], variables };
}

/** "done", or the code of the only error. */
function outcomeOf(result: Result): string {
  const [change] = (result.data?.submitChanges ?? []) as { error: { code: string } | null }[];
  return codeOf(result) ?? change?.error?.code ?? "done";
}

const restCodes: Readonly<Record<number, string>> = { 401: "UNAUTHENTICATED", 403: "FORBIDDEN", 503: "UNAVAILABLE" };

/** Undefined: the transport does not have the operation. */
type Send = (request: Request) => Promise<string> | undefined;

const multipart = "multipart/mixed;subscriptionSpec=1.0";
const transports: Readonly<Record<string, Send>> = {
  "GraphQL over HTTP": (request) =>
    request.operation === "subscribe"
      ? firstResult(`${app.url}/graphql`, toGraphQL(request), {
          accept: multipart,
          ...authorization(request.token),
        }).then(outcomeOf)
      : graphql(app, { ...toGraphQL(request), token: request.token }).then(outcomeOf),
  WebSocket: async (request) => {
    const socket = await SocketClient.connect(app.wsUrl, request.token);
    try {
      const { query, variables } = toGraphQL(request);
      if (request.operation !== "subscribe") return outcomeOf(await socket.request(query, variables));
      socket.subscribe(query, variables);
      const { type, payload } = await socket.next();
      expect(type).toBe("next");
      return outcomeOf(payload as Result);
    } finally {
      socket.close();
    }
  },
  "server-sent events": (request) =>
    firstResult(`${app.url}/graphql/stream`, toGraphQL(request), authorization(request.token)).then(outcomeOf),
  REST: ({ token, operation, board, userId }) => {
    if (operation === "read" || operation === "subscribe") return undefined;
    const change = { userId, scoreIncrement: 1 };
    const sent =
      operation === "batch"
        ? updateScore(app, { board, authToken: token, changes: [{ userId, increment: 1 }] }, {}, "batch")
        : updateScore(app, { board, authToken: token, ...change }, {}, operation === "enqueue" ? "enqueue" : "update");
    return sent.then(({ status, body }) => restCodes[status] ?? body.results?.[0]?.code ?? "done");
  },
};

let desk: StoredTokenDesk;
let keys: KeyService;
beforeAll(async () => {
  keys = await startKeyService(serviceKey.jwk());
  app = await startTestApp({ env: { BOARDS: "main,other", JWT_JWKS_URL: keys.url } });
  desk = new StoredTokenDesk(app.stores.databaseUrl);
});
afterAll(async () => {
  await desk.stop();
  await app.stop();
  await keys.stop();
});

async function tokenOf(bearer: Bearer, subject: string): Promise<string | undefined> {
  if (bearer.kind === "none" || bearer.role === "none") return undefined;
  const { role, boards: list } = bearer;
  if (bearer.kind === "stored") return (await desk.create({ subject, role, boards: list })).token;
  const claims = { sub: subject, role, exp: Math.floor(Date.now() / 1000) + 3_600, boards: list };
  return bearer.kind === "JWT of a service" ? serviceKey.sign(claims) : signRaw(claims);
}

describe.each(Object.entries(transports))("%s", (transport, send) => {
  test.each(bearers)("token: $kind, role: $role, boards: $boards", async (bearer) => {
    const subject = `${transport} ${JSON.stringify(bearer)}`;
    const token = await tokenOf(bearer, subject);
    const expected: string[] = [];
    const actual: string[] = [];
    for (const operation of operations) {
      for (const board of boards) {
        for (const isOwn of [true, false]) {
          const outcome = await send({ token, operation, board, userId: isOwn ? subject : `${subject} other` });
          if (outcome === undefined) continue;
          const cell = `${operation}, ${board}, own: ${isOwn}`;
          expected.push(`${cell}: ${expectedOutcome(bearer, board, operation, isOwn)}`);
          actual.push(`${cell}: ${outcome}`);
        }
      }
    }
    expect(actual).toEqual(expected);
  });
});

test.each([null, "main", 5, {}, ["main", 5], ["main", ""], ["a b"], [["main"]], ["x".repeat(65)]])(
  "a JWT whose boards are %j is refused, also to read",
  async (list) => {
    const token = signRaw({ sub: "sam", role: "admin", exp: Math.floor(Date.now() / 1000) + 3_600, boards: list });
    expect(codeOf(await graphql(app, { query: "{ topScores { rank } }", token }))).toBe("UNAUTHENTICATED");
    expect((await updateScore(app, { userId: "sam", scoreIncrement: 1, authToken: token })).status).toBe(401);
  },
);
