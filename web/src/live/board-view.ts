import type { LiveState } from "./live-state.js";

/** A row of standings as the server sends it. */
export interface Entry {
  readonly rank: number;
  readonly userId: string;
  readonly score: number;
  readonly player: Profile;
}

export interface Profile {
  readonly displayName?: string | null | undefined;
  readonly avatarUrl?: string | null | undefined;
  /** Two letters of ISO 3166-1. */
  readonly country?: string | null | undefined;
}

/** The standings at one moment. */
export interface Snapshot {
  readonly season: number;
  /** Null for the first answer, which comes before the first push and without one. */
  readonly revision: number | null;
  /** Best first. */
  readonly entries: readonly Entry[];
}

export type Unit = "POINTS" | "MILLISECONDS";
export type Order = "HIGHEST_FIRST" | "LOWEST_FIRST";

/** What a board is, apart from its rows. */
export interface BoardFacts {
  readonly id: string;
  readonly title: string;
  readonly unit: Unit;
  readonly order: Order;
  readonly archived: boolean;
  readonly playerCount: number;
  readonly season: { readonly number: number; readonly startedAt: string; readonly endsAt: string | null };
}

/** All that a page knows of one board now. */
export interface BoardView {
  readonly state: LiveState;
  /** Null until the server has told; then kept, however long the connection is lost. */
  readonly facts: BoardFacts | null;
  readonly snapshot: Snapshot | null;
  /**
   * The watched player's row and its neighbours, best first; empty while the player has no score. Null until the server
   * has told, and where no player is watched.
   */
  readonly around: readonly Entry[] | null;
  /** The board's revision that `around` belongs to; null with it. */
  readonly aroundRevision: number | null;
  readonly viewers: number | null;
  readonly changesPerSecond: number | null;
  /** There is no such board, and asking again would not help. */
  readonly refused: boolean;
}
