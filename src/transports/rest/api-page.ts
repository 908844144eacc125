import { baseStyle, escapeText, htmlPage, pageHeaders } from "../http/message-page.js";
import { answerExamples } from "./openapi/answers.js";
import { endpoints, type Endpoint } from "./openapi/endpoints.js";
import type { Schema } from "./openapi/schema.js";

const style = `${baseStyle}
h2 { margin: 2.5rem 0 0; font-size: 1.25rem; line-height: 1.3; }
h3 { margin: 1rem 0 0.25rem; font-size: 1rem; }
p, li, dd { overflow-wrap: anywhere; }
ul { padding-left: 1.25rem; }
code, pre { font: 0.875rem/1.5 ui-monospace, monospace; }
pre { margin: 0.5rem 0; padding: 0.75rem; overflow-x: auto; border: 1px solid var(--line); border-radius: 0.4rem; }
pre, .method { background: var(--box); }
section > code { overflow-wrap: anywhere; }
.method { padding: 0.1rem 0.4rem; border-radius: 0.3rem; color: var(--accent); font-weight: 600; }
dl { margin: 0; }
dt { margin-top: 0.5rem; }
dd { margin: 0; color: var(--quiet); }
:root { --line: #d5dae1; --box: #fff; }
@media (prefers-color-scheme: dark) { :root { --line: #2b323b; --box: #161b22; } }
`;

export const apiPageHeaders = pageHeaders(style);

/**
 * The description of REST as a page.
 *
 * @param origin of this service, for the examples; nothing in it may mean something to a shell
 */
export function apiPage(origin: string, version: string): string {
  const links = endpoints.map(({ id, summary }) => `<li><a href="#${id}">${prose(summary)}</a></li>`);
  const content = `<h1>The scoreboard's REST API</h1>
<p>Version ${escapeText(version)}. Reading needs no token. Changes need one, in the header
<code>Authorization: Bearer</code> or as <code>authToken</code> in the body. For programs:
<a href="/api/openapi.json">openapi.json</a> (OpenAPI 3.1). GraphQL, with subscriptions, is at <code>/graphql</code>.
<a href="/">To the scoreboard</a></p>
<nav aria-label="Addresses"><ul>${links.join("")}</ul></nav>
${endpoints.map((endpoint) => section(endpoint, origin)).join("\n")}`;
  return htmlPage("The scoreboard's REST API", style, content);
}

function section(endpoint: Endpoint, origin: string): string {
  const { id, method, path, summary, description, success, refusals } = endpoint;
  const example = success.answer && answerExamples[success.answer];
  const statuses = Object.entries(refusals).map(([status, text]) => term(status, text));
  return `<section aria-labelledby="${id}">
<h2 id="${id}">${prose(summary)}</h2>
<p>${prose(description)}</p>
<code><span class="method">${method.toUpperCase()}</span> ${escapeText(path)}</code>
${terms("Parameters", endpoint.parameters.map(parameterTerm))}
${terms("Fields of the body", endpoint.body ? fieldTerms(endpoint.body.kind.schema as Schema) : [])}
<h3>Example</h3>
<pre tabindex="0">${escapeText(curlOf(endpoint, origin))}</pre>
<p>${success.status}: ${prose(success.text)}</p>
${example ? `<pre tabindex="0">${escapeText(JSON.stringify(example, null, 2))}</pre>` : ""}
${terms("Refusals", statuses)}
</section>`;
}

function parameterTerm({ name, in: place, description, schema }: Endpoint["parameters"][number]): string {
  const { minimum, maximum, default: byDefault } = schema as Readonly<Record<string, string | number | undefined>>;
  const range = maximum === undefined ? "" : ` ${minimum} to ${maximum}, default ${byDefault}.`;
  return term(place === "header" ? `${name} (header)` : name, `${description}${range}`);
}

function fieldTerms(schema: Schema, prefix = ""): string[] {
  const { properties, required } = schema as { properties: Record<string, Schema>; required: readonly string[] };
  return Object.entries(properties).flatMap(([name, field]) => {
    const needed = required.includes(name) ? "Required. " : "";
    const own = term(`${prefix}${name}`, `${needed}${String(field.description)}`);
    return field.items ? [own, ...fieldTerms(field.items as Schema, `${name}[].`)] : [own];
  });
}

function curlOf({ method, path, parameters, body }: Endpoint, origin: string): string {
  const filled = parameters.reduce((url, { name, example = "" }) => url.replace(`{${name}}`, example), path);
  if (method === "get" || !body) return `curl -sS '${origin}${filled}'`;
  return `curl -sS '${origin}${filled}' \\
  -H 'content-type: application/json' -H "authorization: Bearer $TOKEN" \\
  -d '${JSON.stringify(body.example)}'`;
}

function terms(title: string, all: readonly string[]): string {
  return all.length === 0 ? "" : `<h3>${title}</h3>\n<dl>${all.join("")}</dl>`;
}

function term(name: string, text: string): string {
  return `<dt><code>${escapeText(name)}</code></dt><dd>${prose(text)}</dd>`;
}

/** Text in which backquotes mark code. */
function prose(text: string): string {
  return escapeText(text).replace(/`([^`]+)`/g, "<code>$1</code>");
}
