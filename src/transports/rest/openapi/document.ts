import { cacheControl } from "../../http/cacheable.js";
import { answerExamples, answerSchemas } from "./answers.js";
import { endpoints, type Endpoint, type Parameter } from "./endpoints.js";
import { reference, toOpenApi, type Schema } from "./schema.js";

export type OpenApiDocument = ReturnType<typeof describeApi>;

/** Statuses whose answers say when to come back. */
const passing: ReadonlySet<string> = new Set(["429", "503"]);

const conditional: Parameter = {
  name: "If-None-Match",
  in: "header",
  description: "The `ETag` of an answer that the caller has.",
  schema: { type: "string" },
};

/** Describes the REST endpoints by OpenAPI 3.1. Bodies have the very schemas that Fastify validates by. */
export function describeApi(version: string) {
  return {
    openapi: "3.1.0",
    info: {
      title: "Standings",
      version,
      summary: "A real-time scoreboard.",
      description:
        "Reading needs no token. Changes need one, in the header `Authorization: Bearer` or as `authToken` in the body. " +
        'Every refusal is `{"success":false,"message":"…"}`. GraphQL, with subscriptions, is at `/graphql`.',
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    tags: [
      { name: "Reads", description: "Answers that any cache may keep for a moment." },
      { name: "Changes", description: "Changes of scores." },
      { name: "Description", description: "What this is." },
    ],
    paths: Object.fromEntries(endpoints.map((endpoint) => [endpoint.path, { [endpoint.method]: operation(endpoint) }])),
    components: {
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", description: "A token of this service; see `npm run token`." },
      },
      schemas: answerSchemas,
      headers: {
        ETag: { description: "Changes with what the answer shows.", schema: { type: "string" } },
        CacheControl: { description: `\`${cacheControl}\``, schema: { type: "string" } },
        RetryAfter: { description: "Seconds to wait.", schema: { type: "integer", minimum: 1 } },
      },
    },
  } as const;
}

function operation({ id, tag, summary, description, method, parameters, body, success, refusals }: Endpoint) {
  const isRead = method === "get";
  const all = isRead ? [...parameters, conditional] : parameters;
  return {
    operationId: id,
    tags: [tag],
    summary,
    description,
    // An empty requirement: the token may be in the body instead.
    security: isRead ? [] : [{ bearer: [] }, {}],
    ...(all.length > 0 && {
      parameters: all.map((each) => ({ ...each, ...(each.in === "path" && { required: true }) })),
    }),
    ...(body && {
      requestBody: {
        required: true,
        content: { "application/json": { schema: toOpenApi(body.kind.schema), example: body.example } },
      },
    }),
    responses: {
      [success.status]: {
        description: success.text,
        ...(isRead && { headers: cachingHeaders }),
        content: { "application/json": answerContent(success.answer) },
      },
      ...(isRead && { 304: { description: "The caller has this answer.", headers: cachingHeaders } }),
      ...Object.fromEntries(Object.entries(refusals).map(([status, text]) => [status, refusal(status, text)])),
    },
  };
}

const header = (name: string) => ({ $ref: `#/components/headers/${name}` });
const cachingHeaders = { ETag: header("ETag"), "Cache-Control": header("CacheControl") };

function answerContent(name: Endpoint["success"]["answer"]): { schema: Schema; example?: object } {
  if (name === undefined) return { schema: { type: "object" } };
  const example = answerExamples[name];
  return { schema: reference(name), ...(example && { example }) };
}

function refusal(status: string, description: string) {
  return {
    description,
    ...(passing.has(status) && { headers: { "Retry-After": header("RetryAfter") } }),
    content: { "application/json": { schema: reference("Refusal") } },
  };
}
