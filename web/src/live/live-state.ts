/**
 * What a page may honestly say about the rows it shows. Moments are milliseconds since the Unix epoch, by this browser's
 * clock. `asOf` is null while there are no rows.
 *
 * - `connecting`: the server has not yet promised to send what changes.
 * - `live`: at `at` the server said that its rows are the newest there are, and it answers.
 * - `paused`: the rows are as they were at `asOf`; the server answers, but its store does not, or it says nothing.
 * - `recovering`: the server rebuilds the board, which takes no changes meanwhile.
 * - `reconnecting`: the connection is lost; the next attempt is at `retryAt`, or runs when that is past.
 * - `offline`: the browser has no network.
 */
export type LiveState =
  | { readonly kind: "connecting" }
  | { readonly kind: "live"; readonly at: number }
  | { readonly kind: "paused" | "recovering" | "offline"; readonly asOf: number | null }
  | { readonly kind: "reconnecting"; readonly asOf: number | null; readonly retryAt: number };

/** Whether rows that are shown may be out of date. */
export function mayBeOutdated({ kind }: LiveState): boolean {
  return kind !== "live" && kind !== "connecting";
}
