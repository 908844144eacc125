import { auditServer } from "graphql-http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestApp, type TestApp } from "../helpers/app.js";

describe.each(["on", "off"])(
  "with prepared operations %s, GraphQL over HTTP conforms to its specification",
  (prepared) => {
    let app: TestApp;
    beforeAll(async () => {
      app = await startTestApp({ env: { INTROSPECTION: "on", PREPARED_OPERATIONS: prepared } });
    });
    afterAll(() => app.stop());

    const idsOf = async (headers: Record<string, string>) => {
      const results = await auditServer({
        url: `${app.url}/graphql`,
        fetchFn: (url: string, init: RequestInit = {}) =>
          fetch(url, { ...init, headers: { ...Object.fromEntries(new Headers(init.headers)), ...headers } }),
      });
      expect(results).toHaveLength(61);
      return results.filter(({ status }) => status !== "ok").map(({ id, status }) => `${id} ${status}`);
    };

    test("all 61 of them, by a client that shows that it is no foreign page's", async () => {
      expect(await idsOf({ "apollo-require-preflight": "1" })).toEqual([]);
    });

    test("all but the three optional GETs that the protection from foreign pages refuses, by any other client", async () => {
      expect((await idsOf({})).sort()).toEqual(["5A70 notice", "6A70 notice", "D6D5 notice"]);
    });
  },
);
