import { describe, expect, test } from "vitest";
import { startTestApp, useTestApp, type TestApp } from "../helpers/app.js";
import { authorization, graphql, increment, updateScore } from "../helpers/requests.js";
import { startStores } from "../helpers/stores.js";
import { waitFor } from "../helpers/wait-for.js";

const allowed = ["https://ok.example", "http://localhost:5173"];
const foreign = [
  "https://evil.example",
  "http://ok.example",
  "https://ok.example:444",
  "https://sub.ok.example",
  "null",
];

const app = useTestApp({ env: { CORS_ORIGINS: allowed.join(",") } });
const closed = useTestApp({ beside: app, role: "api" });

const paths = ["/graphql", "/api/v1/scores/update"];

function preflight(target: TestApp, path: string, origin: string): Promise<Response> {
  return fetch(`${target.url}${path}`, {
    method: "OPTIONS",
    headers: {
      origin,
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization,content-type,idempotency-key",
    },
  });
}

function post(target: TestApp, path: string, origin: string): Promise<Response> {
  const body = path === "/graphql" ? { query: "{ topScores { rank } }" } : {};
  return fetch(`${target.url}${path}`, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { origin, "content-type": "application/json", ...authorization(target.token("u")) },
  });
}

describe.each(paths)("CORS at %s", (path) => {
  test.each(allowed)("lets %s read answers", async (origin) => {
    const { headers } = await post(app, path, origin);
    expect(headers.get("access-control-allow-origin")).toBe(origin);
    expect(headers.get("vary")).toMatch(/\borigin\b/i);
  });

  test.each(allowed)("lets %s send the headers that a client needs", async (origin) => {
    const { ok, headers } = await preflight(app, path, origin);
    expect(ok).toBe(true);
    expect(headers.get("access-control-allow-origin")).toBe(origin);
    expect(headers.get("access-control-allow-methods")).toContain("POST");
    for (const name of ["authorization", "content-type", "idempotency-key"]) {
      expect(headers.get("access-control-allow-headers")?.toLowerCase()).toContain(name);
    }
  });

  test.each(foreign)("lets no page of %s read or send anything", async (origin) => {
    for (const answer of [await post(app, path, origin), await preflight(app, path, origin)]) {
      expect(answer.headers.get("access-control-allow-origin")).toBeNull();
    }
  });

  test.each([...allowed, "null"])("lets no page of %s read anything when CORS_ORIGINS is not set", async (origin) => {
    for (const answer of [await post(closed, path, origin), await preflight(closed, path, origin)]) {
      expect(answer.headers.get("access-control-allow-origin")).toBeNull();
    }
  });
});

describe("the operators' endpoints", () => {
  test.each(["/healthz", "/readyz", "/metrics"])(
    "%s answers on its own port and not on the public one",
    async (path) => {
      expect((await fetch(`${app.opsUrl}${path}`)).status).toBe(200);
      for (const variant of [path, `${path}/`, `/${path}`, `${path}?x`, path.toUpperCase()]) {
        expect((await fetch(`${app.url}${variant}`)).status).toBe(404);
      }
    },
  );

  test.each(["/graphql", "/api/v1/scores/update", "/", "/playground"])(
    "%s does not exist on the operators' port",
    async (path) => {
      expect((await fetch(`${app.opsUrl}${path}`)).status).toBe(404);
    },
  );

  test("healthz stays 200 and readyz drops to 503 with its reason as JSON while Redis is away", async () => {
    const own = await startStores();
    const target = await startTestApp({ stores: own });
    try {
      await own.redis.kill();
      await waitFor(async () => (await fetch(`${target.opsUrl}/readyz`)).status === 503);
      const answer = await fetch(`${target.opsUrl}/readyz`);
      expect(answer.headers.get("content-type")).toContain("application/json");
      expect(JSON.stringify(await answer.json())).toMatch(/redis/i);
      expect((await fetch(`${target.opsUrl}/healthz`)).status).toBe(200);
      await own.redis.restart();
      await waitFor(async () => (await fetch(`${target.opsUrl}/readyz`)).ok);
    } finally {
      await target.stop();
      await own.stop();
    }
  });

  test("readyz is 503 with its reason until the boards are open", async () => {
    const target = await startTestApp({ stores: app.stores, role: "api", env: { BOARDS: "unopened" } });
    try {
      const answer = await fetch(`${target.opsUrl}/readyz`);
      expect(answer.status).toBe(503);
      expect(JSON.stringify(await answer.json())).toContain("unopened");
    } finally {
      await target.stop();
    }
  });
});

describe("the metrics", () => {
  interface Family {
    help?: string;
    type?: string;
    samples: number;
  }

  /** Parses Prometheus' text format, line by line; fails at a line that does not fit it. */
  function parse(text: string): Map<string, Family> {
    const families = new Map<string, Family>();
    const family = (name: string) =>
      families.get(name) ?? families.set(name, { samples: 0 }).get(name) ?? { samples: 0 };
    for (const line of text.split("\n").filter((each) => each !== "")) {
      const [, kind, name = "", rest = ""] = /^# (HELP|TYPE) ([a-zA-Z_:][\w:]*) (.+)$/.exec(line) ?? [];
      if (kind === "HELP") family(name).help = rest;
      else if (kind === "TYPE") family(name).type = rest;
      else {
        const sample =
          /^([a-zA-Z_:][\w:]*)(\{(?:[a-zA-Z_]\w*="(?:[^"\\]|\\.)*",?)*\})? (NaN|[+-]Inf|-?[\d.eE+-]+)$/.exec(line);
        expect(line).toSatisfy(() => sample !== null);
        const base = sample?.[1] ?? "";
        const histogram = base.replace(/_(bucket|sum|count)$/, "");
        family(families.has(base) ? base : histogram).samples += 1;
      }
    }
    return families;
  }

  const read = async () => {
    const response = await fetch(`${app.opsUrl}/metrics`);
    expect(response.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
    return response.text();
  };

  test("are Prometheus' text, each with its help and type", async () => {
    const families = parse(await read());
    expect(families.size).toBeGreaterThan(10);
    for (const [name, { help, type }] of families) {
      expect({ name, help: help ?? "" }).toEqual({ name, help: expect.stringMatching(/\w/) as string });
      expect({ name, type }).toEqual({
        name,
        type: expect.stringMatching(/^(counter|gauge|histogram|summary)$/) as string,
      });
    }
  });

  test("say which version runs", async () => {
    expect(await read()).toMatch(/^standings_build_info\{version="test"\} 1$/m);
  });

  test("count events", async () => {
    const count = async () =>
      Number(/^standings_increments_total\{.*outcome="accepted".*\} (\d+)$/m.exec(await read())?.[1] ?? 0);
    const before = await count();
    await increment(app, app.token("counted"), { userId: "counted", scoreIncrement: 1 });
    await updateScore(app, { userId: "counted", scoreIncrement: 1, authToken: app.token("counted") });
    expect(await count()).toBe(before + 2);
  });

  test("hold no text that clients choose, whatever they send", async () => {
    const mark = "marked";
    await graphql(app, { query: `query ${mark} { ${mark} }` });
    await graphql(app, { query: "{ topScores { rank } }", token: mark });
    await updateScore(app, { userId: mark, scoreIncrement: 1, board: mark, authToken: app.token(mark) });
    await fetch(`${app.url}/${mark}`);
    expect(await read()).not.toContain(mark);
  });
});

describe("an unknown address or method", () => {
  test.each([
    ["GET", "/nope"],
    ["GET", "/graphql/"],
    ["GET", "/api/v1/scores/update"],
    ["HEAD", "/api/v1/scores/update"],
    ["POST", "/api/v1/scores"],
    ["PUT", "/api/v1/scores/update"],
    ["DELETE", "/graphql"],
    ["GET", "/.env"],
    ["GET", "/assets/..%2f..%2fpackage.json"],
    ["GET", "/schema.graphql"],
  ])("%s %s is refused as the client's mistake", async (method, path) => {
    const response = await fetch(`${closed.url}${path}`, { method });
    expect([404, 405]).toContain(response.status);
    expect(await response.text()).not.toMatch(/node_modules|"scripts"|\.ts\b/);
  });

  test.each(["/%E0%A4%A", "/%", "/graphql?query=%E0%A4%A", `/${"x".repeat(9_000)}`])(
    "%s fails no worse than with a 4xx",
    async (path) => {
      const { status } = await fetch(`${closed.url}${path}`);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
    },
  );

  test("no answer names the software behind it", async () => {
    for (const path of ["/", "/graphql", "/nope"]) {
      const { headers } = await fetch(`${closed.url}${path}`);
      expect(headers.get("x-powered-by")).toBeNull();
      expect(headers.get("server")).toBeNull();
    }
  });
});
