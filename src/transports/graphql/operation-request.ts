import type { FastifyRequest } from "fastify";
import type { PersistedQueries } from "../../graphql/execution/persisted-queries.js";
import type { OperationRequest } from "../../graphql/execution/prepared-operations.js";

/** What a request over HTTP asks for, as far as that can be told before anything is judged. */
export interface ReceivedOperation {
  readonly request: OperationRequest;
  /** Whether there is nothing unusual about it, so that Apollo Server is not needed to understand it. */
  readonly isPlain: boolean;
}

/** @returns undefined when there is no document in it, which is for Apollo Server to explain */
export function receive(
  { method, url, body }: FastifyRequest,
  persisted: PersistedQueries,
): ReceivedOperation | undefined {
  const isPost = method === "POST";
  const members = isPost ? body : membersOf(url);
  if (typeof members !== "object" || members === null) return undefined;
  const { query: given, operationName, variables, extensions } = members as Record<string, unknown>;
  const byHash = given === undefined ? persistedText(extensions, persisted) : undefined;
  const query = given ?? byHash?.text;
  if (typeof query !== "string") return undefined;
  const isPlain =
    isPost &&
    !url.includes("?") &&
    (byHash?.isPlain ?? hasNothingToVerify(extensions)) &&
    (operationName == null || (typeof operationName === "string" && operationName !== "")) &&
    (variables == null || isObject(variables));
  return {
    request: {
      query,
      operationName: typeof operationName === "string" && operationName !== "" ? operationName : undefined,
      variables: isObject(variables) ? variables : undefined,
    },
    isPlain,
  };
}

/** As Apollo reads them: other readers take other texts from an address that is not quite right. */
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

/** Clients tell of themselves in extensions; only a hash beside a document is something to look at. */
function hasNothingToVerify(extensions: unknown): boolean {
  return extensions == null || (isObject(extensions) && !("persistedQuery" in extensions));
}

/** Of a document that is named by its hash, as Apollo's clients do. */
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
