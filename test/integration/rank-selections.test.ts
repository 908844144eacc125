import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ChangeInput, SingleChangeInput } from "../../src/commands/change-input.js";
import type { Viewer } from "../../src/auth/roles.js";
import type { Commands } from "../../src/graphql/resolvers.js";
import { createSchema } from "../../src/graphql/schema.js";
import { graphql, toAnswer } from "../helpers/requests.js";
import { serveSchema, type ServedSchema } from "../helpers/serve-schema.js";
import { SocketClient } from "../helpers/socket-client.js";

/**
 * A change's rank is counted when the operation selects it, and only then, in every way in which an operation runs. The
 * changes here go nowhere; they only tell whether a rank was asked for.
 */

let asked: boolean[] = [];
let served: ServedSchema;
let ordinary: ServedSchema;

const accepted = (userId: string, ranked: boolean) => {
  asked.push(ranked);
  const entry = { board: "main", userId, score: 1, rank: ranked ? 1 : undefined };
  return { entry, revision: 1, topScores: [] };
};
const scoreChanges = {
  submit: (_viewer: Viewer, { userId }: SingleChangeInput, ranked: boolean) =>
    Promise.resolve(accepted(userId, ranked)),
  submitAll: (_viewer: Viewer, { changes }: { changes: readonly ChangeInput[] }, ranked: boolean) =>
    Promise.resolve(changes.map(({ userId }) => accepted(userId, ranked))),
};

beforeAll(async () => {
  // No other command is asked for.
  const schema = createSchema({ scoreChanges } as unknown as Commands);
  [served, ordinary] = await Promise.all([serveSchema(schema), serveSchema(schema, false)]);
});
afterAll(() => Promise.all([served.stop(), ordinary.stop()]));

const ways: Record<string, (request: Request) => Promise<unknown>> = {
  "over HTTP, compiled": (request) => graphql(served, request),
  "over HTTP, by graphql-js": (request) => graphql(ordinary, request),
  "through Apollo Server": async (request) =>
    toAnswer(
      await fetch(`${served.url}/graphql?by=apollo`, {
        method: "POST",
        body: JSON.stringify(request),
        headers: { "content-type": "application/json" },
      }),
    ),
  "over WebSocket": async ({ query, variables, operationName }) => {
    const socket = await SocketClient.connect(served.wsUrl);
    try {
      return await socket.request(query, variables, operationName);
    } finally {
      socket.close();
    }
  },
  "over an event stream": async (request) => {
    const response = await fetch(`${served.url}/graphql/stream`, {
      method: "POST",
      body: JSON.stringify(request),
      headers: { "content-type": "application/json", accept: "text/event-stream" },
    });
    const [, data = "{}"] = /data: (.*)\n/.exec(await response.text()) ?? [];
    return JSON.parse(data) as unknown;
  },
};

interface Request {
  query: string;
  variables?: unknown;
  operationName?: string;
}

const one = (selection: string) => `incrementScore(userId: "u", scoreIncrement: 1) ${selection}`;
const batch = (selection: string) => `submitChanges(changes: [{ userId: "u", increment: 1 }]) ${selection}`;

const cases: [string, boolean, Request][] = [
  ["no entry", false, { query: `mutation { ${one("{ revision }")} }` }],
  ["an entry without its rank", false, { query: `mutation { ${one("{ entry { score } }")} }` }],
  ["the rank of another row", false, { query: `mutation { ${one("{ topScores { rank } entry { score } }")} }` }],
  ["an alias that is called rank", false, { query: `mutation { ${one("{ rank: revision entry { rank: score } }")} }` }],
  ["the rank", true, { query: `mutation { ${one("{ entry { rank } }")} }` }],
  ["the rank under aliases", true, { query: `mutation { a: ${one("{ e: entry { place: rank } }")} }` }],
  ["the rank in inline fragments", true, { query: `mutation { ${one("{ ... { entry { ... { rank } } } }")} }` }],
  [
    "the rank in fragments",
    true,
    {
      query: `mutation { ${one("{ ...P }")} } fragment P on IncrementScorePayload { entry { ...E } } fragment E on ScoreEntry { rank }`,
    },
  ],
  [
    "the rank in a later fragment",
    true,
    {
      query: `mutation { ${one("{ entry { ...A } entry { ...B } }")} } fragment A on ScoreEntry { score } fragment B on ScoreEntry { userId ...A rank }`,
    },
  ],
  [
    "the rank under a condition",
    true,
    {
      query: `mutation ($no: Boolean!) { ${one("{ entry { score rank @include(if: $no) } }")} }`,
      variables: { no: false },
    },
  ],
  [
    "the rank in a field that is asked for twice",
    true,
    { query: `mutation { ${one("{ entry { score } }")} ${one("{ entry { rank } }")} }` },
  ],
  ["no rank of a batch", false, { query: `mutation { ${batch("{ userId entry { score } error { code } }")} }` }],
  ["the ranks of a batch", true, { query: `mutation { ${batch("{ entry { rank } }")} }` }],
];

describe.each(Object.entries(ways))("%s", (_way, send) => {
  test.each(cases)("%s: %s", async (_name, ranked, request) => {
    asked = [];
    // The fourth time the operation is compiled.
    for (let times = 0; times < 5; times += 1) expect(await send(request)).not.toHaveProperty("errors");
    expect(asked).toEqual(Array.from({ length: 5 }, () => ranked));
  });

  test("two operations of one document that share a fragment differ", async () => {
    const query = `mutation A { ...F } mutation B { ...F ${one("{ entry { rank } }")} } fragment F on Mutation { ${one("{ entry { score } }")} }`;
    for (const operationName of ["A", "B", "A"]) {
      asked = [];
      expect(await send({ query, operationName })).not.toHaveProperty("errors");
      expect(asked).toEqual([operationName === "B"]);
    }
  });
});
