import { ToolbarMenu, useGraphiQL } from "@graphiql/react";
import { useState } from "react";
import { snippetKinds, snippetOf, type SnippetKind } from "./snippets.js";

/** Copies the tab's operation as code. */
export function CopyMenu({ signedIn }: { readonly signedIn: boolean }) {
  const queryEditor = useGraphiQL((state) => state.queryEditor);
  const variableEditor = useGraphiQL((state) => state.variableEditor);
  const [said, setSaid] = useState("");

  async function copy(kind: SnippetKind) {
    const operation = { query: queryEditor?.getValue() ?? "", variables: variableEditor?.getValue() ?? "" };
    try {
      await navigator.clipboard.writeText(snippetOf(kind, operation, location.origin, signedIn));
      setSaid(`Copied as ${kind}.`);
    } catch (error) {
      setSaid(error instanceof SyntaxError ? "The variables are not JSON." : "The browser refuses to copy.");
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
      <span role="status" className="visually-hidden">
        {said}
      </span>
    </>
  );
}
