import { describe, expect, test } from "vitest";
import { exampleTabs, withPlayer } from "../../../web/src/playground/examples.js";
import { snippetKinds, snippetOf } from "../../../web/src/playground/snippets.js";

const origin = "https://scores.example";

describe("an operation as code", () => {
  test("keeps quotes of the text apart from the shell's", () => {
    const code = snippetOf("curl", { query: `{ a(b: "it's") }`, variables: "" }, origin, true);
    expect(code).toBe(
      [
        `curl -sS ${origin}/graphql \\`,
        `  -H 'content-type: application/json' \\`,
        `  -H "authorization: Bearer $TOKEN" \\`,
        `  -d '{"query":"{ a(b: \\"it'\\''s\\") }"}'`,
      ].join("\n"),
    );
  });

  test("follows a subscription as an event stream, where a comment stands before it", () => {
    const operation = { query: "# All of it.\nsubscription S { a }", variables: "" };
    expect(snippetOf("curl", operation, origin, false)).toContain("/graphql/stream -H 'accept: text/event-stream'");
    expect(snippetOf("Python", operation, origin, false)).toContain("for line in answer");
    expect(snippetOf("Apollo Client", operation, origin, false)).toContain("client.subscribe({");
  });

  test("takes backquotes and placeholders of the text as text", () => {
    const code = snippetOf("Apollo Client", { query: 'mutation { a(b: "`${c}") }', variables: "{}" }, origin, false);
    expect(code).toContain('"\\`\\${c}"');
    expect(code).toContain("client.mutate({");
  });

  test.each(snippetKinds)("has no token for those who are not signed in, and refuses broken variables: %s", (kind) => {
    expect(snippetOf(kind, { query: "{ a }", variables: "" }, origin, false).toLowerCase()).not.toContain("token");
    expect(() => snippetOf(kind, { query: "{ a }", variables: "{" }, origin, false)).toThrow(SyntaxError);
  });
});

describe("the examples", () => {
  test("name whoever acts, and leave edited variables alone", () => {
    for (const { variables } of exampleTabs('a "b" \\c')) {
      if (variables === undefined) continue;
      expect(() => void JSON.parse(variables)).not.toThrow();
      const named = withPlayer(variables, "ada");
      expect(exampleTabs("ada").map((tab) => tab.variables)).toContain(named);
      expect(withPlayer(`${variables} `, "ada")).toBe(`${variables} `);
    }
  });
});
