import { useGraphiQL } from "@graphiql/react";
import { useEffect } from "react";
import { withPlayer } from "./examples.js";

/** Makes the open example's variables name the player who acts, whenever a tab is opened or another player acts. */
export function ExamplePlayer({ player }: { readonly player: string | null }) {
  const active = useGraphiQL((state) => state.activeTabIndex);
  const variableEditor = useGraphiQL((state) => state.variableEditor);
  useEffect(() => {
    if (variableEditor === undefined || player === null) return;
    const text = variableEditor.getValue();
    const named = withPlayer(text, player);
    if (named !== text) variableEditor.setValue(named);
  }, [player, active, variableEditor]);
  return null;
}
