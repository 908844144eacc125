import { ToolbarMenu, useGraphiQL } from "@graphiql/react";
import { useEffect, useState } from "react";
import "./copy-menu.css";
import { snippetKinds, snippetOf, type SnippetKind } from "./snippets.js";

/** What became of the last choice. */
interface Outcome {
  readonly words: string;
  /** What the browser did not copy, to be copied by hand. */
  readonly code: string | null;
}

/** As long as a sentence stays that asks for nothing. */
const readMs = 5_000;

/** Copies the tab's operation as code. */
export function CopyMenu({ signedIn }: { readonly signedIn: boolean }) {
  const queryEditor = useGraphiQL((state) => state.queryEditor);
  const variableEditor = useGraphiQL((state) => state.variableEditor);
  const [outcome, setOutcome] = useState<Outcome | null>(null);

  useEffect(() => {
    if (outcome === null || outcome.code !== null) return;
    const timer = setTimeout(() => setOutcome(null), readMs);
    return () => clearTimeout(timer);
  }, [outcome]);

  async function copy(kind: SnippetKind) {
    const operation = { query: queryEditor?.getValue() ?? "", variables: variableEditor?.getValue() ?? "" };
    let code: string;
    try {
      code = snippetOf(kind, operation, location.origin, signedIn);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      return setOutcome({ words: "The variables are not JSON.", code: null });
    }
    try {
      // On a page over plain HTTP there is no clipboard, and this throws.
      await navigator.clipboard.writeText(code);
      setOutcome({ words: `Copied as ${kind}.`, code: null });
    } catch {
      const reason = isSecureContext ? "The browser refuses to copy." : "Browsers copy only on pages over HTTPS.";
      setOutcome({ words: `${reason} Copy this by hand.`, code });
    }
  }

  return (
    <>
      <ToolbarMenu
        button={
          <button
            type="button"
            className="graphiql-un-styled graphiql-toolbar-button copy-as"
            aria-label="Copy as code"
          >
            {"</>"}
          </button>
        }
      >
        {snippetKinds.map((kind) => (
          <ToolbarMenu.Item key={kind} onSelect={() => void copy(kind)}>
            {kind}
          </ToolbarMenu.Item>
        ))}
      </ToolbarMenu>
      <div className="copy-outcome" data-shown={outcome !== null || undefined}>
        <span role="status">{outcome?.words}</span>
        {outcome !== null && outcome.code !== null && (
          <>
            <textarea readOnly aria-label="Code" value={outcome.code} onFocus={(event) => event.target.select()} />
            <button type="button" className="button button-quiet" onClick={() => setOutcome(null)}>
              Close
            </button>
          </>
        )}
      </div>
    </>
  );
}
