import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Ajv2020 } from "ajv/dist/2020.js";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { signToken } from "../../src/auth/sign-token.js";
import { useTestApp, jwtSecret } from "../helpers/app.js";
import { atAddress, readClientExamples } from "../helpers/client-examples.js";
import { findProgram, type NeededProgram } from "../helpers/find-program.js";
import { authorization } from "../helpers/requests.js";

interface Described {
  paths: Record<string, Record<string, { responses: Record<string, { content?: object; headers?: object }> }>>;
}

const app = useTestApp({ env: { MAX_INCREMENT: "1000" } });
let document: Described;
let ajv: Ajv2020;

beforeAll(async () => {
  document = (await (await fetch(`${app.url}/api/openapi.json`)).json()) as Described;
  ajv = new Ajv2020({ strict: false });
  ajv.addSchema(document, "api");
});

/** Checks an answer against the description of its status. */
async function expectDescribed(path: string, response: Response): Promise<void> {
  const method = response.status === 405 ? "" : path.startsWith("/api/v1/scores") ? "post" : "get";
  const described = document.paths[path]?.[method]?.responses[response.status];
  expect(described, `${path}: ${response.status}`).toBeDefined();
  for (const name of Object.keys(described?.headers ?? {})) expect(response.headers.has(name)).toBe(true);
  if (!described?.content) return expect(await response.text()).toBe("");
  const place = ["paths", path, method, "responses", String(response.status), "content", "application/json", "schema"];
  const pointer = place.map((part) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"))).join("/");
  const isValid = ajv.validate({ $ref: `api#/${pointer}` }, await response.json());
  expect(ajv.errorsText(), path).toBe("No errors");
  expect(isValid).toBe(true);
}

describe("answers are as the description says", () => {
  const service = () => authorization(app.token("referee", "service"));
  const change = { userId: "user123", scoreIncrement: 10 };
  const changes = (...increments: number[]) => ({
    changes: increments.map((increment) => ({ userId: "u", increment })),
  });
  const post = (endpoint: string, body: unknown, headers: Record<string, string> = service()) =>
    fetch(`${app.url}/api/v1/scores/${endpoint}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });

  test.each<[number, string, unknown, (Record<string, string> | undefined)?]>([
    [200, "update", change],
    [400, "update", { userId: "user123" }],
    [401, "update", change, {}],
    [403, "update", change, authorization(signToken(other()))],
    [413, "update", { ...change, padding: "x".repeat(20_000) }],
    [415, "update", change, { "content-type": "text/plain" }],
    [200, "batch", changes(1, 0, 2)],
    [400, "batch", changes()],
    [503, "enqueue", change],
    [503, "enqueue/batch", changes(1)],
  ])("%d of %s", async (status, endpoint, body, headers) => {
    const response = await post(endpoint, body, headers);
    expect(response.status).toBe(status);
    await expectDescribed(`/api/v1/scores/${endpoint}`, response);
  });

  test("422 of update", async () => {
    await post("update", { ...change, idempotencyKey: "k" });
    const response = await post("update", { ...change, scoreIncrement: 11, idempotencyKey: "k" });
    expect(response.status).toBe(422);
    await expectDescribed("/api/v1/scores/update", response);
  });

  const top = "/api/v1/boards/{board}/top";
  const player = "/api/v1/boards/{board}/players/{userId}";
  test.each<[number, string, string, string?]>([
    [200, top, "/api/v1/boards/main/top"],
    [304, top, "/api/v1/boards/main/top", "*"],
    [400, top, "/api/v1/boards/main/top?limit=x"],
    [404, top, "/api/v1/boards/nope/top"],
    [200, player, "/api/v1/boards/main/players/user123"],
    [304, player, "/api/v1/boards/main/players/user123", "*"],
    [400, player, "/api/v1/boards/main/players/user123?radius=51"],
    [404, player, "/api/v1/boards/main/players/nobody"],
    [200, "/api/openapi.json", "/api/openapi.json"],
    [304, "/api/openapi.json", "/api/openapi.json", "*"],
  ])("%d of %s", async (status, path, address, named) => {
    await post("update", change);
    const response = await fetch(`${app.url}${address}`, { headers: named ? { "if-none-match": named } : {} });
    expect(response.status).toBe(status);
    await expectDescribed(path, response);
  });
});

/** A player that may not change user123's score. */
function other() {
  return { secret: jwtSecret, subject: "other", role: "player" as const, expiresInSeconds: 3600 };
}

test("the page for people names every address, and loads and runs nothing", async () => {
  const response = await fetch(`${app.url}/api`, { headers: { accept: "text/html" } });
  const page = await response.text();
  expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(response.headers.get("content-security-policy")).toMatch(/^default-src 'none';style-src 'sha256-[\w+/=]+';/);
  expect(response.headers.get("cache-control")).toBe("no-cache");
  expect(page).not.toMatch(/<script|style="|src=|url\(/);
  for (const path of Object.keys(document.paths)) expect(page).toContain(path);
  expect(page).toContain(`curl -sS &#39;${app.url}/api/v1/boards/main/top&#39;`);
  const known = { "if-none-match": response.headers.get("etag") ?? "" };
  expect((await fetch(`${app.url}/api`, { headers: known })).status).toBe(304);
});

describe("the examples of docs/clients.md", async () => {
  const examples = await readClientExamples();
  const folder = "/usr/bin";
  const kinds: [string, NeededProgram, string, string][] = [
    ["curl", { name: "curl", folder, debianPackage: "curl" }, "scores.sh", examples.get("scores.sh")],
    ["Python", { name: "python3", folder, debianPackage: "python3" }, "scores.py", examples.get("scores.py")],
    [
      "PHP",
      { name: "php", folder, debianPackage: "php-cli" },
      "scores.php",
      `<?php\n${examples.get("<?php // scores.php")}`,
    ],
  ];

  test.each(kinds)("%s adds points and reads the best", async (_language, program, file, code) => {
    const found = findIfThere(program);
    // Every other machine's developers would need all three languages.
    if (found === undefined) return;
    const dir = await mkdtemp(join(tmpdir(), "standings-example-"));
    onTestFinished(() => rm(dir, { recursive: true, force: true }));
    await writeFile(join(dir, file), atAddress(code, app.url));
    const command = file.endsWith(".sh") ? "sh" : found;
    const env = { PATH: process.env.PATH, TOKEN: app.token("user123") };
    const { stdout, stderr } = await promisify(execFile)(command, [join(dir, file)], { env });
    expect(stderr).toBe("");
    const [added, best] = stdout.trim().split("\n");
    for (const line of [added, best]) expect(line).toMatch(/"userId": ?"user123"/);
  });
});

/** Says aloud what could not be tested. */
function findIfThere(program: NeededProgram): string | undefined {
  try {
    return findProgram(program);
  } catch {
    console.warn(`There is no ${program.name} here (Debian: ${program.debianPackage}); its example was not run.`);
    return undefined;
  }
}
