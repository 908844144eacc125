import { ApolloClient, gql, HttpLink, InMemoryCache } from "@apollo/client/core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { startTestApp, type TestApp } from "../helpers/app.js";
import { authorization } from "../helpers/requests.js";
import { waitFor } from "../helpers/wait-for.js";
import { publicHost, startReverseProxy, type ReverseProxy } from "./helpers/reverse-proxies.js";
import { Visitor } from "./helpers/visitor.js";

/* The service behind nginx and behind Caddy, set up as in deploy/. */

interface Update {
  topScoresUpdated: { revision: number; topScores: { userId: string; score: number }[] };
}

const subscription = "subscription { topScoresUpdated { revision topScores { userId score } } }";

describe.each(["nginx", "caddy"] as const)("behind %s", (name) => {
  let app: TestApp;
  let proxy: ReverseProxy;
  let visitor: Visitor;

  beforeAll(async () => {
    app = await startTestApp({ env: { MAX_CONNECTIONS_PER_ADDRESS: "3", TRUST_PROXY: "1" } });
    proxy = await startReverseProxy(name, new URL(app.url).host);
    visitor = new Visitor(proxy);
  });
  afterAll(async () => {
    await proxy.stop();
    await app.stop();
  });

  const addPoint = async (userId: string): Promise<number> => {
    const mutation = `mutation { incrementScore(userId: "${userId}", scoreIncrement: 1) { revision } }`;
    const { text } = await visitor.graphql(mutation, authorization(app.token(userId)));
    const { data } = JSON.parse(text) as { data: { incrementScore: { revision: number } } };
    return data.incrementScore.revision;
  };

  /** Collects the updates that a viewer gets until the test ends. */
  function watch(from: Visitor, origin?: string): Update["topScoresUpdated"][] {
    const client = from.startClient(origin);
    onTestFinished(() => client.dispose());
    const updates: Update["topScoresUpdated"][] = [];
    client.subscribe<Update>(
      { query: subscription },
      {
        next: ({ data }) => {
          if (data) updates.push(data.topScoresUpdated);
        },
        error: () => undefined,
        complete: () => undefined,
      },
    );
    return updates;
  }

  test("the page is the service's page, which names the public address as its own", async () => {
    const direct = await fetch(`${app.url}/`);
    const { status, text } = await visitor.fetch("/");
    const page = (await direct.text()).replaceAll(app.url, proxy.origin);
    expect(page).toContain(`<link rel="canonical" href="${proxy.origin}/" />`);
    expect({ status, text }).toEqual({ status: direct.status, text: page });
  });

  test("plain HTTP is redirected to HTTPS", async () => {
    if (proxy.plainPort === undefined) return; // Caddy redirects by itself, on port 80
    const headers = { host: publicHost };
    const answer = await fetch(`http://127.0.0.1:${proxy.plainPort}/graphql`, { headers, redirect: "manual" });
    expect(answer.status).toBe(301);
    expect(answer.headers.get("location")).toMatch(/^https:\/\/[^/]+\/graphql$/);
  });

  test("increments and queries are answered", async () => {
    await addPoint("ada");
    const { status, text } = await visitor.graphql('{ playerScore(userId: "ada") { score } }');
    expect({ status, text }).toEqual({ status: 200, text: '{"data":{"playerScore":{"score":1}}}\n' });
  });

  test("REST requests are answered, refused ones too", async () => {
    const headers = { "content-type": "application/json" };
    const update = (body: object) =>
      visitor.fetch("/api/v1/scores/update", { method: "POST", headers, body: JSON.stringify(body) });
    const accepted = await update({ userId: "bob", scoreIncrement: 5, authToken: app.token("bob") });
    expect(accepted.status).toBe(200);
    expect(JSON.parse(accepted.text)).toMatchObject({ success: true });
    const refused = await update({ userId: "bob", scoreIncrement: 5, authToken: "wrong" });
    expect(refused.status).toBe(401);
    expect(JSON.parse(refused.text)).toEqual({ success: false, message: "Invalid authentication token." });
  });

  test("a body that is too large gets the service's own refusal", async () => {
    const { status, text } = await visitor.graphql(`{ topScores { rank } } # ${"x".repeat(110_000)}`);
    expect(status).toBe(413);
    expect(JSON.parse(text)).toMatchObject({ success: false });
  });

  test("a page of the public origin watches the standings over a WebSocket", async () => {
    const updates = watch(visitor);
    await waitFor(() => updates.length > 0);
    const revision = await addPoint("cleo");
    await waitFor(() => updates.at(-1)?.revision === revision);
  });

  test("a page of another origin gets no WebSocket", async () => {
    const client = visitor.startClient("https://elsewhere.example.com");
    const refusal = new Promise((resolve) =>
      client.on("error", (error) => resolve(error instanceof Object && "message" in error && error.message)),
    );
    const ignored = { next: () => undefined, error: () => undefined, complete: () => undefined };
    onTestFinished(client.subscribe({ query: subscription }, ignored));
    expect(await refusal).toBe("Unexpected server response: 403");
  });

  test.each([
    ["an event stream", "/graphql/stream", "text/event-stream"],
    ["a multipart answer", "/graphql", "multipart/mixed;subscriptionSpec=1.0,application/json"],
  ])("%s is passed on message by message", async (_name, path, accept) => {
    const response = await visitor.open(path, {
      method: "POST",
      headers: { "content-type": "application/json", accept },
      body: JSON.stringify({ query: subscription }),
    });
    onTestFinished(() => void response.destroy());
    expect(response.statusCode).toBe(200);
    let text = "";
    response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    await waitFor(() => text.includes('"revision"'));
    for (let n = 0; n < 3; n += 1) {
      const revision = await addPoint("dan");
      await waitFor(() => text.includes(`"revision":${revision},`));
    }
  });

  test("Apollo Client follows the standings with nothing but an HttpLink", async () => {
    const link = new HttpLink({ uri: `${proxy.origin}/graphql`, fetch: visitor.fetchAsBrowser });
    const client = new ApolloClient({ link, cache: new InMemoryCache() });
    onTestFinished(() => client.stop());
    const revisions: (number | undefined)[] = [];
    const subscribed = client
      .subscribe<Update>({ query: gql(subscription), fetchPolicy: "no-cache" })
      .subscribe(({ data }) => revisions.push(data?.topScoresUpdated.revision));
    onTestFinished(() => subscribed.unsubscribe());
    await waitFor(() => revisions.length > 0);
    const revision = await addPoint("fay");
    await waitFor(() => revisions.at(-1) === revision);
  });

  test("limits count the visitor's real address, whatever address the visitor claims", async () => {
    const [first, second] = [new Visitor(proxy, "127.0.0.2"), new Visitor(proxy, "127.0.0.3")];
    const watched = [watch(first), watch(first), watch(first)];
    await waitFor(() => watched.every(({ length }) => length > 0));
    const stream = (from: Visitor) =>
      from.open("/graphql/stream", {
        method: "POST",
        headers: { "content-type": "application/json", "x-forwarded-for": "203.0.113.9" },
        body: JSON.stringify({ query: subscription }),
      });
    const refused = await stream(first);
    expect(refused.statusCode).toBe(503);
    refused.destroy();
    const accepted = await stream(second);
    expect(accepted.statusCode).toBe(200);
    accepted.destroy();
  });

  test("everything works again after a restart of the service", async () => {
    const updates = watch(visitor);
    await waitFor(() => updates.length > 0);
    await addPoint("eve"); // leaves a connection open that the restart closes
    await app.restart();
    const revision = await addPoint("eve");
    await waitFor(() => updates.at(-1)?.revision === revision);
  });
});
