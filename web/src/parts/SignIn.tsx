import { useState } from "react";
import type { DemoToken } from "../client/demo-tokens.js";
import type { Session, SessionKeeper } from "../client/session.js";
import { useSession } from "../client/use-session.js";
import { TextForm } from "./TextForm.js";
import { TokenFactsLine } from "./TokenFactsLine.js";
import "./sign-in.css";

interface SignInProps {
  readonly keeper: SessionKeeper;
  /** What one click signs in with; empty everywhere but in the demo. */
  readonly demoTokens: readonly DemoToken[];
  /** What the buttons of the demo begin with: "Play as", "Act as". */
  readonly verb: string;
}

/** Who is signed in, or how to sign in: with a pasted token, or the demo's one click. */
export function SignIn({ keeper, demoTokens, verb }: SignInProps) {
  const session = useSession(keeper);
  const [replaced, setReplaced] = useState<Session | null>(null);
  return session === null || session === replaced ? (
    <SignedOut keeper={keeper} demoTokens={demoTokens} verb={verb} />
  ) : (
    <SignedIn session={session} replace={() => setReplaced(session)} signOut={() => keeper.signOut()} />
  );
}

interface SignedInProps {
  readonly session: Session;
  /** Asks for another token and keeps this one until it is there: what waits belongs to the same player. */
  readonly replace: () => void;
  readonly signOut: () => void;
}

function SignedIn({ session, replace, signOut }: SignedInProps) {
  return (
    <div className="signed-in">
      <TokenFactsLine facts={session.facts} />
      <div className="signed-in-acts">
        <button type="button" className="link" onClick={replace}>
          Replace token
        </button>
        <button type="button" className="button button-quiet" onClick={signOut}>
          Sign out
        </button>
      </div>
    </div>
  );
}

function SignedOut({ keeper, demoTokens, verb }: SignInProps) {
  return (
    <div className="sign-in">
      {demoTokens.length > 0 && (
        <div className="sign-in-demo">
          {demoTokens.map(({ label, token }) => (
            <button key={token} type="button" className="button" onClick={() => keeper.signIn(token)}>
              {verb} <bdi>{label}</bdi>
            </button>
          ))}
        </div>
      )}
      <TextForm
        label={demoTokens.length > 0 ? "Or paste a token" : "Paste a token"}
        verb="Sign in"
        hint="It stays in this tab, and is forgotten when you sign out or close it."
        field={{ type: "password", spellCheck: false }}
        submit={(text) => keeper.signIn(text)}
      />
    </div>
  );
}
