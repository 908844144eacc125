import type { Connection } from "./standings.js";

const sentences: Record<Connection, string> = {
  connecting: "Connecting…",
  live: "Live",
  reconnecting: "Reconnecting…",
};

/** Says whether what is shown is current. Screen readers hear it when it changes; they do not hear every score. */
export function ConnectionState({ connection }: { readonly connection: Connection }) {
  return (
    <p className="connection" role="status" aria-live="polite" data-connection={connection}>
      {sentences[connection]}
    </p>
  );
}
