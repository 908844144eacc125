import type { ScoreOperator } from "../domain/board.js";
import { parseIncrement, parseScore, type AmountField } from "../domain/change.js";
import { badInput } from "../domain/errors.js";
import type { Score } from "../domain/score.js";

/** A single change as a transport received it: the types are right, the values are not checked. */
export interface SingleChangeInput {
  readonly board: string;
  readonly userId: string;
  readonly amount: number;
  /** What the amount is, by its name in the request. */
  readonly field: "scoreIncrement" | "score";
  readonly idempotencyKey?: string | null | undefined;
  /** The season that the change is for; by default the one that runs. */
  readonly season?: number | null | undefined;
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

/** An amount, and its name in the request. */
export interface Amount {
  readonly value: number;
  readonly field: AmountField;
}

/** @throws StandingsError `badInput` for a change that has no amount, or two */
export function amountOf({ increment, score }: ChangeInput, operator: ScoreOperator): Amount {
  if (score != null && increment != null) throw badInput("A change takes either increment or score, not both.");
  if (increment != null) return { value: increment, field: "increment" };
  if (score != null) return { value: score, field: "score" };
  throw badInput(`${operator === "ADD" ? "increment" : "score"} is required.`);
}

/**
 * The amount in the form that the board's operator takes.
 *
 * @throws StandingsError `badInput` for an amount of the other form, or one that no board takes
 */
export function parseAmount({ value, field }: Amount, operator: ScoreOperator): Score {
  if (operator === "ADD") {
    if (field === "score")
      throw badInput("score can't be set on this board, which adds increments. Send increment instead.");
    return parseIncrement(value, field);
  }
  if (field !== "score")
    throw badInput(`${field} can't be added on this board, which takes scores. Send score instead.`);
  return parseScore(value);
}
