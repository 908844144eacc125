/** What a tab holds. */
export interface Operation {
  readonly query: string;
  /** JSON, or empty. */
  readonly variables: string;
}

export type SnippetKind = "curl" | "Apollo Client" | "Python";

export const snippetKinds: readonly SnippetKind[] = ["curl", "Apollo Client", "Python"];

/**
 * The operation as code to paste elsewhere. A token is never written into it: the code reads `TOKEN` from the
 * environment, as code that people share should.
 *
 * @param origin of the service, such as https://scores.example
 * @throws SyntaxError when the variables are not JSON
 */
export function snippetOf(
  kind: SnippetKind,
  { query, variables }: Operation,
  origin: string,
  signedIn: boolean,
): string {
  const values: unknown = variables.trim() === "" ? undefined : JSON.parse(variables);
  const code = { query: query.trim(), values, origin, signedIn, follows: isSubscription(query) };
  switch (kind) {
    case "curl":
      return curl(code);
    case "Apollo Client":
      return apollo(code);
    case "Python":
      return python(code);
  }
}

interface Code {
  readonly query: string;
  readonly values: unknown;
  readonly origin: string;
  readonly signedIn: boolean;
  readonly follows: boolean;
}

function isSubscription(query: string): boolean {
  return /^\s*subscription\b/m.test(query.replace(/#.*$/gm, ""));
}

function curl({ query, values, origin, signedIn, follows }: Code): string {
  // Inside single quotes a shell reads nothing, so each quote of the text ends them, stands by itself, begins them anew.
  const body = JSON.stringify({ query, variables: values }).replaceAll("'", `'\\''`);
  const lines = [
    follows ? `curl -sSN ${origin}/graphql/stream -H 'accept: text/event-stream'` : `curl -sS ${origin}/graphql`,
    `  -H 'content-type: application/json'`,
    ...(signedIn ? [`  -H "authorization: Bearer $TOKEN"`] : []),
    `  -d '${body}'`,
  ];
  return lines.join(" \\\n");
}

function apollo({ query, values, signedIn, origin, follows }: Code): string {
  const text = query.replace(/[`\\]|\$\{/g, (found) => `\\${found}`);
  const isMutation = /^\s*mutation\b/m.test(query.replace(/#.*$/gm, ""));
  const name = isMutation ? "mutation" : "query";
  const options = [`  ${name}: operation,`];
  if (values !== undefined) options.push(`  variables: ${JSON.stringify(values, null, 2).replaceAll("\n", "\n  ")},`);
  if (signedIn) options.push("  context: { headers: { authorization: `Bearer ${token}` } },");
  const call = follows
    ? [`client.subscribe({`, ...options, `}).subscribe(({ data }) => console.log(data));`]
    : [`const { data } = await client.${isMutation ? "mutate" : "query"}({`, ...options, `});`, `console.log(data);`];
  return [
    `import { ApolloClient, gql, HttpLink, InMemoryCache } from "@apollo/client";`,
    ``,
    `const client = new ApolloClient({ link: new HttpLink({ uri: "${origin}/graphql" }), cache: new InMemoryCache() });`,
    ...(signedIn ? [`const token = process.env.TOKEN;`] : []),
    `const operation = gql\``,
    `  ${text.replaceAll("\n", "\n  ")}`,
    `\`;`,
    ``,
    ...call,
    ``,
  ].join("\n");
}

function python({ query, values, origin, signedIn, follows }: Code): string {
  const path = follows ? "/graphql/stream" : "/graphql";
  const headers = ['"Content-Type": "application/json"'];
  if (follows) headers.push('"Accept": "text/event-stream"');
  if (signedIn) headers.push(`"Authorization": f"Bearer {os.environ['TOKEN']}"`);
  return [
    `import json`,
    ...(signedIn ? [`import os`] : []),
    `from urllib.request import Request, urlopen`,
    ``,
    // A text of JSON is a text of Python, too, and has no quotes to clash with.
    `body = json.loads(${JSON.stringify(JSON.stringify({ query, variables: values }))})`,
    `headers = {${headers.join(", ")}}`,
    `request = Request("${origin}${path}", json.dumps(body).encode(), headers)`,
    `with urlopen(request) as answer:`,
    ...(follows
      ? [`    for line in answer:`, `        print(line.decode(), end="")`]
      : [`    print(json.dumps(json.load(answer), indent=2))`]),
    ``,
  ].join("\n");
}
