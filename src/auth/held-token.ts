import type { StoredToken, TokenId } from "../domain/stored-token.js";
import type { AuthenticatedViewer, EarlyEnd, EarlyEndReason } from "./roles.js";

type Listener = (reason: EarlyEndReason) => void;

/** A stored token that was looked up and found valid. */
export class HeldToken implements EarlyEnd {
  readonly id: TokenId;
  readonly text: string;
  readonly viewer: AuthenticatedViewer;
  /** When PostgreSQL last said that the token was not revoked, by the monotonic clock. */
  confirmedAt: number;
  /** When the token was last used, in milliseconds since the Unix epoch. */
  usedAt = -Infinity;
  /** The last use that is recorded in PostgreSQL, and when it was recorded, by the monotonic clock. */
  recorded = { use: -Infinity, at: -Infinity };
  readonly #listeners = new Set<Listener>();
  #reason: EarlyEndReason | undefined;

  constructor(text: string, token: StoredToken, confirmedAt: number) {
    const { id, role, subject, boards, expiresAt } = token;
    this.id = id;
    this.text = text;
    this.viewer = { role, subject, boards: boards && new Set(boards), expiresAt, earlyEnd: this };
    this.confirmedAt = confirmedAt;
  }

  /** Whether the last use is still to be recorded. */
  get isUnrecorded(): boolean {
    return this.usedAt > this.recorded.use;
  }

  get reason(): EarlyEndReason | undefined {
    return this.#reason;
  }

  /** Whether a connection of this token is open. */
  get isWatched(): boolean {
    return this.#listeners.size > 0;
  }

  watch(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  end(reason: EarlyEndReason): void {
    this.#reason ??= reason;
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const listener of listeners) listener(this.#reason);
  }
}
