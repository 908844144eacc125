import type { Confirmed, Press, Refusal } from "./press.js";

/** The answer to one press. */
export type PressResult =
  | ({ readonly kind: "applied" } & Confirmed)
  | {
      readonly kind: "failed";
      /** Of the server's errors, or `lostConnection`. */
      readonly code: string;
      readonly message: string;
      /** Seconds. */
      readonly retryAfter: number | null;
    };

/** No answer came: nobody knows whether the change was applied. */
export const lostConnection = "LOST_CONNECTION";

/** Sending again with the same key helps, or does no harm. */
const passing = new Set([
  ...["UNKNOWN_OUTCOME", "UNAVAILABLE", "RECOVERING", "RATE_LIMITED", "INTERNAL_SERVER_ERROR"],
  lostConnection,
]);

export interface Verdict {
  readonly applied: readonly Press[];
  readonly refused: readonly Refusal[];
  /** Of the answer with the highest revision. */
  readonly confirmed: Confirmed | null;
  /** Some are to be sent again. */
  readonly again: { readonly code: string; readonly retryAfter: number | null } | null;
  /** Some wait for a token. */
  readonly signIn: boolean;
}

/** What follows from the answers to a batch. A press without a result has no answer, and is sent again. */
export function verdictOn(batch: readonly Press[], results: readonly PressResult[]): Verdict {
  const applied: Press[] = [];
  const refused: Refusal[] = [];
  let confirmed: Confirmed | null = null;
  let again: Verdict["again"] = null;
  let signIn = false;
  for (const [place, press] of batch.entries()) {
    const result = results[place] ?? unanswered;
    if (result.kind === "applied") {
      applied.push(press);
      const { rank, score, revision } = result;
      if (confirmed === null || revision >= confirmed.revision) confirmed = { rank, score, revision };
    } else if (passing.has(result.code)) {
      again = longer(again, result);
    } else if (result.code === "UNAUTHENTICATED") signIn = true;
    else refused.push({ press, code: result.code, message: result.message });
  }
  return { applied, refused, confirmed, again, signIn };
}

const unanswered = { kind: "failed", code: lostConnection, message: "", retryAfter: null } as const;

function longer(one: Verdict["again"], other: { code: string; retryAfter: number | null }): Verdict["again"] {
  return one !== null && (one.retryAfter ?? 0) >= (other.retryAfter ?? 0) ? one : other;
}
