import { CombinedGraphQLErrors, ServerError, type ApolloClient } from "@apollo/client";
import { headersOf, type Session } from "../client/session.js";
import type { SubmitPressesMutation } from "../gql/graphql.js";
import { SubmitPressesDocument } from "./operations.js";
import type { Press, PressTarget } from "./press.js";
import { lostConnection, type PressResult } from "./press-result.js";

/** A server that is frozen takes a request and says nothing. */
const answerWithinMs = 8_000;

/** Sends presses of one season in one request. Never rejects. @returns one result a press, in their order */
export async function sendPresses(
  client: ApolloClient,
  { board, userId, operator }: PressTarget,
  session: Session | null,
  presses: readonly Press[],
): Promise<readonly PressResult[]> {
  const field = operator === "ADD" ? "increment" : "score";
  const changes = presses.map(({ amount, key }) => ({ userId, [field]: amount, idempotencyKey: key }));
  try {
    const { data } = await client.mutate({
      mutation: SubmitPressesDocument,
      variables: { board, changes, season: presses[0]?.season ?? null },
      fetchPolicy: "no-cache",
      context: { headers: headersOf(session), fetchOptions: { signal: AbortSignal.timeout(answerWithinMs) } },
    });
    return (data?.submitChanges ?? []).map(resultOf);
  } catch (error) {
    const failure = failureOf(error);
    return presses.map(() => failure);
  }
}

function resultOf({ entry, revision, error }: SubmitPressesMutation["submitChanges"][number]): PressResult {
  if (entry && revision != null) return { kind: "applied", ...entry, revision };
  return failed(error?.code ?? lostConnection, error?.message ?? "", error?.retryAfter);
}

/** An error of the whole request: the server's, a proxy's, or none at all. */
function failureOf(error: unknown): PressResult {
  if (CombinedGraphQLErrors.is(error)) {
    const [first] = error.errors;
    const { code, retryAfter } = first?.extensions ?? {};
    return failed(String(code), first?.message ?? "", Number(retryAfter) || null);
  }
  if (ServerError.is(error)) {
    const { statusCode } = error;
    const passes = statusCode >= 500 || statusCode === 429;
    return failed(passes ? "UNAVAILABLE" : `HTTP ${statusCode}`, `The server answered with status ${statusCode}.`);
  }
  return failed(lostConnection, "");
}

function failed(code: string, message: string, retryAfter?: number | null): PressResult {
  return { kind: "failed", code, message, retryAfter: retryAfter ?? null };
}
