import type { FastifyRequest } from "fastify";
import type { PersistedQueries } from "../../graphql/execution/persisted-queries.js";
import type { OperationRequest } from "../../graphql/execution/prepared-operations.js";

/** The operation of a request over HTTP, before its document is judged. */
export interface ReceivedOperation {
  readonly request: OperationRequest;
  /** Whether the request can be answered without Apollo Server, because it has no unusual part. */
  readonly isPlain: boolean;
}

/** @returns undefined when the request has no document; Apollo Server then answers it */
export function receive(
  { method, url, body }: FastifyRequest,
  persisted: PersistedQueries,
): ReceivedOperation | undefined {
  const isPost = method === "POST";
  const members = isPost ? body : membersOf(url);
  if (typeof members !== "object" || members === null) return undefined;
  const { query: given, operationName, variables, extensions } = members as Record<string, unknown>;
  const byHash = given == null ? persistedText(extensions, persisted) : undefined;
  const query = given ?? byHash?.text;
  if (typeof query !== "string") return undefined;
  const isPlain =
    isPost &&
    !url.includes("?") &&
    (byHash?.isPlain ?? hasNothingToVerify(extensions)) &&
    (operationName == null || typeof operationName === "string") &&
    (variables == null || isObject(variables));
  return {
    request: {
      query,
      operationName: typeof operationName === "string" ? operationName : undefined,
      variables: isObject(variables) ? variables : undefined,
    },
    isPlain,
  };
}

/** Reads the URL in the same way as Apollo: other parsers read other texts from a malformed URL. */
function membersOf(url: string): Record<string, unknown> {
  const { searchParams } = new URL(url, "http://localhost");
  const parsed = (name: string): unknown => {
    const text = searchParams.get(name);
    if (text === null) return undefined;
    try {
      return JSON.parse(text);
    } catch {
      return undefined;
    }
  };
  return {
    query: searchParams.get("query") ?? undefined,
    operationName: searchParams.get("operationName"),
    variables: parsed("variables"),
    extensions: parsed("extensions"),
  };
}

/** Clients describe themselves in extensions. Only a hash beside a document must be verified. */
function hasNothingToVerify(extensions: unknown): boolean {
  return extensions == null || (isObject(extensions) && !("persistedQuery" in extensions));
}

/** The text of a document that a client names by its hash, in the way of Apollo's clients. */
function persistedText(
  extensions: unknown,
  persisted: PersistedQueries,
): { text: string; isPlain: boolean } | undefined {
  if (!isObject(extensions)) return undefined;
  const { persistedQuery } = extensions;
  if (!isObject(persistedQuery)) return undefined;
  const { version, sha256Hash } = persistedQuery;
  const text = typeof sha256Hash === "string" ? persisted.textOf(sha256Hash) : undefined;
  return text === undefined ? undefined : { text, isPlain: version === 1 };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
