import type { FastifyRequest } from "fastify";
import type { PersistedQueries } from "../../graphql/execution/persisted-queries.js";
import type { OperationRequest } from "../../graphql/execution/prepared-operations.js";

/** The operation of a request over HTTP, before its document is judged. */
export interface ReceivedOperation {
  readonly request: OperationRequest;
  /** Whether the request can be answered without Apollo Server, because it has no unusual part. */
  readonly isPlain: boolean;
  /** Whether all of the operation is in the URL, and its document is named by its hash. A cache may know the answer. */
  readonly isPersistedGet: boolean;
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
    isPersistedGet: !isPost && given == null && byHash?.isPlain === true && isPlainUrl(url),
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
  const parsed = (name: string) => parse(searchParams.get(name));
  return {
    query: searchParams.get("query") ?? undefined,
    operationName: searchParams.get("operationName"),
    variables: parsed("variables"),
    extensions: parsed("extensions"),
  };
}

/** Undefined for a text that is missing or is not JSON. */
function parse(text: string | null): unknown {
  if (text === null) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether each part stands there once, and can be read. Apollo Server refuses other URLs. */
function isPlainUrl(url: string): boolean {
  const { searchParams } = new URL(url, "http://localhost");
  const names = [...searchParams.keys()].filter((name) => operationParts.has(name));
  return new Set(names).size === names.length && isObject(parse(searchParams.get("variables") ?? "{}"));
}

const operationParts: ReadonlySet<string> = new Set(["query", "operationName", "variables", "extensions"]);

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
