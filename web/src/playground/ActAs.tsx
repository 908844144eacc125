import { useRef } from "react";
import type { DemoToken } from "../client/demo-tokens.js";
import type { SessionKeeper } from "../client/session.js";
import { useSession } from "../client/use-session.js";
import { SignIn } from "../parts/SignIn.js";

interface ActAsProps {
  readonly keeper: SessionKeeper;
  readonly demoTokens: readonly DemoToken[];
}

/** With whose token operations are sent. The demo's are one click away; any other is pasted. */
export function ActAs({ keeper, demoTokens }: ActAsProps) {
  const session = useSession(keeper);
  const others = useRef<HTMLDetailsElement>(null);
  const facts = session?.facts;
  const isDemo = demoTokens.some(({ token }) => token === session?.token);
  const close = () => others.current?.removeAttribute("open");
  return (
    <div className="act-as" role="group" aria-label="Act as">
      <span className="act-as-label" aria-hidden="true">
        Act as
      </span>
      <button type="button" className="act-as-choice" aria-pressed={session === null} onClick={() => keeper.signOut()}>
        nobody
      </button>
      {demoTokens.map(({ label, token }) => (
        <button
          key={token}
          type="button"
          className="act-as-choice"
          aria-pressed={session?.token === token}
          onClick={() => {
            keeper.signIn(token);
            close();
          }}
        >
          <bdi>{label}</bdi>
        </button>
      ))}
      <details className="act-as-token" ref={others}>
        <summary className="act-as-choice" data-chosen={(session !== null && !isDemo) || undefined}>
          {session === null || isDemo ? (
            "paste a token"
          ) : (
            <bdi>{facts?.kind === "claims" ? facts.subject : "stored token"}</bdi>
          )}
        </summary>
        <div className="act-as-panel">
          <SignIn keeper={keeper} demoTokens={[]} verb="Act as" />
        </div>
      </details>
    </div>
  );
}
