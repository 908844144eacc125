import { badInput } from "../domain/errors.js";

/** An increment as a transport received it: the types are right, the values are not checked. */
export interface IncrementInput {
  board: string;
  userId: string;
  scoreIncrement: number;
  idempotencyKey?: string | null | undefined;
  /** The season that the change is for; by default the one that runs. */
  season?: number | null | undefined;
}

/** One change of a batch as a transport received it: the types are right, the values are not checked. */
export interface ChangeInput {
  readonly userId: string;
  readonly increment?: number | null | undefined;
  readonly score?: number | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
}

/** Changes of one board as a transport received them. */
export interface BatchInput {
  readonly board: string;
  readonly changes: readonly ChangeInput[];
  /** The season that the changes are for; by default the one that runs. */
  readonly season?: number | null | undefined;
}

/** @throws StandingsError `badInput` for a change that does not have an increment alone */
export function amountOf({ increment, score }: ChangeInput): number {
  if (score != null && increment != null) throw badInput("A change takes either increment or score, not both.");
  if (score != null) throw badInput("score can't be set on this board, which adds increments. Send increment instead.");
  if (increment == null) throw badInput("increment is required.");
  return increment;
}
