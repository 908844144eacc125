import type { ScoreEntry } from "./score.js";

/** Where a page of standings begins. A place is what a cursor holds; each store of standings has its own kind. */
export type PageStart<Place> =
  | { readonly kind: "top" }
  /** At the first row below a place. */
  | { readonly kind: "after"; readonly place: Place }
  /** At the first row with a rank or, where ties skip it, at the next lower row. */
  | { readonly kind: "rank"; readonly rank: number };

/** Some rows of a board in their order, as they stood at one moment. */
export interface StandingsPage<Place> {
  /** How many rows the whole board had. */
  readonly total: number;
  /** How many rows stood above the first one. */
  readonly above: number;
  readonly rows: readonly PlacedEntry<Place>[];
}

export interface PlacedEntry<Place> {
  readonly place: Place;
  readonly entry: ScoreEntry;
}

/** A row, and its rank among the players of a list. */
export interface LocalEntry {
  readonly localRank: number;
  readonly entry: ScoreEntry;
}
