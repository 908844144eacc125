import { useId, useState, type SubmitEvent } from "react";
import type { DemoToken } from "../client/demo-tokens.js";
import type { Session, SessionKeeper } from "../client/session.js";
import { useSession } from "../client/use-session.js";
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
  const [text, setText] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [field, hint] = [useId(), useId()];

  function submit(event: SubmitEvent) {
    event.preventDefault();
    try {
      keeper.signIn(text);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  }

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
      <form className="sign-in-form" onSubmit={submit}>
        <label htmlFor={field}>{demoTokens.length > 0 ? "Or paste a token" : "Paste a token"}</label>
        <div className="sign-in-field">
          <input
            id={field}
            type="password"
            autoComplete="off"
            spellCheck={false}
            value={text}
            aria-invalid={problem !== null}
            aria-describedby={hint}
            onChange={(event) => {
              setText(event.target.value);
              setProblem(null);
            }}
          />
          <button type="submit" className="button">
            Sign in
          </button>
        </div>
        <p id={hint} className="sign-in-hint" role={problem === null ? undefined : "alert"}>
          {problem ?? "It stays in this tab, and is forgotten when you sign out or close it."}
        </p>
      </form>
    </div>
  );
}
