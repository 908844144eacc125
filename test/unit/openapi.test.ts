import { createConfig, lintFromString } from "@redocly/openapi-core";
import { fastify } from "fastify";
import { expect, test } from "vitest";
import { registerApiDescription } from "../../src/transports/rest/api-description.js";
import { registerBoardReads, type BoardReadsOptions } from "../../src/transports/rest/board-reads.js";
import { describeApi } from "../../src/transports/rest/openapi/document.js";
import { registerRest, type RestOptions } from "../../src/transports/rest/rest.js";
import { createMetrics } from "../../src/app/metrics.js";
import { TrustedProxies } from "../../src/transports/network/trusted-proxies.js";
import { createLogger } from "../../src/observability/logger.js";

const document = describeApi("1.2.3");

test("every address of REST is in the document, and nothing else", async () => {
  const app = fastify({ exposeHeadRoutes: false });
  const routes = new Set<string>();
  app.addHook("onRoute", ({ method, url }) => {
    for (const each of [method].flat()) if (each !== "HEAD") routes.add(`${each} ${url.replace(/:(\w+)/g, "{$1}")}`);
  });
  // None of them is asked for anything while the routes are registered.
  const options = { metrics: createMetrics("test").operations, logger: createLogger("silent") };
  registerRest(app, options as unknown as RestOptions);
  registerBoardReads(app, options as unknown as BoardReadsOptions);
  registerApiDescription(app, { version: "test", proxies: new TrustedProxies(undefined) });
  await app.ready();
  await app.close();
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect([...routes].filter((route) => route !== "GET /api").sort()).toEqual(described.sort());
});

test("the linter has nothing to say about it", async () => {
  const config = await createConfig({ extends: ["recommended-strict"] });
  const problems = await lintFromString({ source: JSON.stringify(document), config });
  expect(problems.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer])).toEqual([]);
});

test("operations have names of their own, and no word that OpenAPI 3.1 lacks", () => {
  const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
  expect(JSON.stringify(document)).not.toContain("nullable");
});
