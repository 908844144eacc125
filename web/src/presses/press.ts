export type Operator = "ADD" | "BEST" | "LATEST";

/** Whose score the presses change, and how. */
export interface PressTarget {
  readonly board: string;
  readonly userId: string;
  readonly operator: Operator;
}

/** One intended change: an increment on a board that adds, else a score. */
export interface Press {
  /** The same for each attempt, so that the change counts once however often it is sent. */
  readonly key: string;
  readonly amount: number;
  /** The season in which it was pressed: it is never to count in another one. */
  readonly season: number | null;
  readonly at: number;
}

export interface Refusal {
  readonly press: Press;
  readonly code: string;
  readonly message: string;
}

/** What the server said of the player's own row after a change. */
export interface Confirmed {
  readonly rank: number;
  readonly score: number;
  readonly revision: number;
}
