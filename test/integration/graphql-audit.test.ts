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

    test("in all 61 audits, for a client that proves that it is no foreign page", async () => {
      expect(await idsOf({ "apollo-require-preflight": "1" })).toEqual([]);
    });

    test("for any other client in all audits but three optional GETs, which the protection from foreign pages refuses", async () => {
      expect((await idsOf({})).sort()).toEqual(["5A70 notice", "6A70 notice", "D6D5 notice"]);
    });
  },
);
