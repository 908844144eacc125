/**
 * What a page may honestly say about the rows it shows. Moments are milliseconds since the Unix epoch, by this browser's
 * clock.
 *
 * - `connecting`: nothing is shown yet.
 * - `live`: at `at` the server said that its rows are the newest there are.
 * - `paused`: the rows are as they were at `asOf`; the server answers, but its store does not, or it says nothing.
 * - `recovering`: the server rebuilds the board, which takes no changes meanwhile.
 * - `reconnecting`: the connection is lost; the next attempt is at `retryAt`.
 * - `offline`: the browser has no network.
 */
export type LiveState =
  | { readonly kind: "connecting" }
  | { readonly kind: "live"; readonly at: number }
  | { readonly kind: "paused" | "recovering" | "offline"; readonly asOf: number }
  | { readonly kind: "reconnecting"; readonly asOf: number; readonly retryAt: number };
