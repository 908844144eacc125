/** A rank that the player held, and how this page knows. */
export interface SeenRank {
  readonly rank: number;
  /** The ended season that it was the final rank of; null: seen on this page while it was open. */
  readonly season: number | null;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
}

/**
 * The better of two ranks; the earlier of equal ones. The server keeps no ranks of the past but those at seasons' ends,
 * so more than these and what this page saw can't be said.
 */
export function bestOf(one: SeenRank | null, other: SeenRank | null): SeenRank | null {
  if (one === null || other === null) return one ?? other;
  if (one.rank !== other.rank) return one.rank < other.rank ? one : other;
  return one.at <= other.at ? one : other;
}
