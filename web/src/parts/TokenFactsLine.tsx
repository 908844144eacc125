import { hasExpired, type TokenFacts } from "../client/token.js";
import { formatRemaining } from "../format/time.js";
import { useNow } from "./use-now.js";

/** What a token says about itself: subject, role, expiry, boards. Or that it says nothing. */
export function TokenFactsLine({ facts }: { readonly facts: TokenFacts }) {
  const now = useNow(1_000);
  if (facts.kind === "opaque")
    return (
      <p className="token-facts">
        <b>A token that can’t be read</b>
        <span>Only the server knows whose it is and how long it lasts: it decides when you use it.</span>
      </p>
    );
  const { subject, role, expiresAt, boards } = facts;
  const expired = hasExpired(facts, now);
  return (
    <p className="token-facts" data-expired={expired || undefined}>
      <b>
        <bdi>{subject}</bdi>
      </b>
      <span>
        {role === null ? "no role in the token" : <bdi>{role}</bdi>}
        {boards !== null && (
          <>
            {" on "}
            <bdi>{boards.length === 0 ? "no board" : boards.join(", ")}</bdi>
          </>
        )}
        {" · "}
        {expiresAt === null
          ? "does not expire"
          : expired
            ? "expired: paste a new one"
            : `${formatRemaining(expiresAt - now)} left`}
      </span>
    </p>
  );
}
