import { readFileSync } from "node:fs";
import { makeExecutableSchema } from "@graphql-tools/schema";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { signToken } from "../../src/auth/sign-token.js";
import type { Topic } from "../../src/fanout/topic.js";
import type { GraphQLContext } from "../../src/graphql/context.js";
import { jwtSecret } from "../helpers/app.js";
import { graphql } from "../helpers/requests.js";
import { serveSchema, type ServedSchema } from "../helpers/serve-schema.js";
import { SocketClient } from "../helpers/socket-client.js";

/**
 * A field that the schema does not mark as shared answers each viewer separately, on every transport. Here such fields
 * return the viewer, and a marked field counts how often it is executed.
 */

const subjectOf = ({ viewer }: GraphQLContext) => (viewer.role === "none" ? "nobody" : viewer.subject);
let executions = 0;
const topic: Topic<string> = {
  current: () => Promise.resolve("now"),
  subscribe: () => () => undefined,
  isNewer: () => false,
  changedAt: () => undefined,
  [Symbol.asyncIterator]: () => {
    throw new Error("not asked for");
  },
};
const schema = makeExecutableSchema<GraphQLContext>({
  typeDefs: [
    readFileSync("schema.graphql", "utf8"),
    "extend type Query { me: String! everybody: String! @shared } extend type Subscription { meUpdated: String! everybodyUpdated: String! @shared }",
  ],
  resolvers: {
    Query: { me: (_root, _args, context) => subjectOf(context), everybody: (_root, _args, context) => count(context) },
    Subscription: {
      meUpdated: { subscribe: () => topic, resolve: (_root: unknown, _args: unknown, context) => subjectOf(context) },
      everybodyUpdated: {
        subscribe: () => topic,
        resolve: (_root: unknown, _args: unknown, context) => count(context),
      },
    },
  },
});

function count(context: GraphQLContext): string {
  executions += 1;
  return subjectOf(context);
}

let url: string;
let served: ServedSchema;

beforeAll(async () => {
  served = await serveSchema(schema);
  url = served.url;
});
afterAll(() => served.stop());

const names = ["ada", "bob", "cy"];
const tokenOf = (subject: string) => signToken({ secret: jwtSecret, subject, role: "player", expiresInSeconds: 60 });

async function connect(subject: string): Promise<SocketClient> {
  const socket = await SocketClient.connect(served.wsUrl, tokenOf(subject));
  onTestFinished(() => socket.close());
  return socket;
}

/** The first message of a stream that stays open, whose messages match `form`. */
async function firstOf(path: string, form: RegExp, query: string, subject: string): Promise<unknown> {
  const left = new AbortController();
  const response = await fetch(`${url}${path}`, {
    method: "POST",
    headers: {
      accept: "multipart/mixed;subscriptionSpec=1.0, application/json",
      "content-type": "application/json",
      authorization: `Bearer ${tokenOf(subject)}`,
    },
    body: JSON.stringify({ query }),
    signal: left.signal,
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!form.test(text)) text += (await reader?.read())?.value ?? "";
  left.abort();
  return (JSON.parse(form.exec(text)?.[1] ?? "{}") as { data: unknown }).data;
}

const firstEvent = (query: string, subject: string) => firstOf("/graphql/stream", /data: (.*)\n/, query, subject);
const firstPart = (query: string, subject: string) => firstOf("/graphql", /\{"payload":(.*)\}\r\n/, query, subject);

/** The answers to the same operation of all viewers at once. */
const transports: Record<string, (field: string) => Promise<unknown[]>> = {
  "a query over HTTP": (field) =>
    Promise.all(
      names.map(async (name) => (await graphql({ url }, { query: `{ ${field} }`, token: tokenOf(name) })).data),
    ),
  "a query over WebSocket": (field) =>
    Promise.all(names.map(async (name) => (await (await connect(name)).request(`{ ${field} }`)).data)),
  "a query over an event stream": (field) => Promise.all(names.map((name) => firstEvent(`{ ${field} }`, name))),
  "a subscription over WebSocket": (field) =>
    Promise.all(
      names.map(async (name) => {
        const socket = await connect(name);
        socket.subscribe(`subscription { ${field}Updated }`);
        return ((await socket.next()).payload as { data: unknown }).data;
      }),
    ),
  "a subscription over an event stream": (field) =>
    Promise.all(names.map((name) => firstEvent(`subscription { ${field}Updated }`, name))),
  "a subscription over a multipart answer": (field) =>
    Promise.all(names.map((name) => firstPart(`subscription { ${field}Updated }`, name))),
};

test.each(Object.keys(transports))("%s: a field without the mark tells each viewer its own", async (name) => {
  for (let times = 0; times < 6; times += 1) {
    const answers = (await transports[name]?.("me")) ?? [];
    expect(answers.map((data) => Object.values(data as object)[0] as unknown)).toEqual(names);
  }
});

test("beside a field with the mark, one without keeps the whole operation from being shared", async () => {
  for (let times = 0; times < 6; times += 1) {
    const answers = await transports["a query over HTTP"]?.("me everybody");
    expect(answers).toEqual(names.map((name) => ({ me: name, everybody: name })));
  }
});

test("a field with the mark is executed without a viewer, and once for all subscribers", async () => {
  for (let times = 0; times < 6; times += 1) await transports["a query over HTTP"]?.("everybody");
  const asked = await transports["a query over HTTP"]?.("everybody");
  expect(asked).toEqual(names.map(() => ({ everybody: "nobody" })));
  executions = 0;
  const subscribed = await transports["a subscription over WebSocket"]?.("everybody");
  expect(subscribed).toEqual(names.map(() => ({ everybodyUpdated: "nobody" })));
  expect(executions).toBe(1);
});
