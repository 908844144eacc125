import type { Connection } from "./standings.js";

const sentences: Record<Connection, string> = {
  connecting: "Connecting…",
  live: "Live",
  reconnecting: "Reconnecting…",
};

/** Shows whether the standings are current. Screen readers announce this state when it changes, but not every score. */
export function ConnectionState({ connection }: { readonly connection: Connection }) {
  return (
    <p className="connection" role="status" aria-live="polite" data-connection={connection}>
      {sentences[connection]}
    </p>
  );
}
