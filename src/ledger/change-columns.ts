import type { ChangeEntry } from "../standings/outbox-entry.js";
import type { SeasonNumber } from "../domain/season.js";
import { numberArray, textArray } from "./arrays.js";
import type { Parameters } from "./statement.js";

/**
 * Changes as the parameters of sql/include/changes.sql.
 *
 * @param season the one that they belong to by their place; undefined: as each says. A process of the release before does
 * not say, and its changes may come after a season's end
 */
export function changeColumns(entries: readonly ChangeEntry[], season?: SeasonNumber): Parameters {
  return {
    epochs: numberArray(entries.map(({ position }) => position.epoch)),
    revisions: numberArray(entries.map(({ position }) => position.revision)),
    user_ids: textArray(entries.map(({ userId }) => userId)),
    amounts: numberArray(entries.map(({ amount }) => amount)),
    seasons: numberArray(entries.map((entry) => season ?? entry.season)),
    scores: numberArray(entries.map(({ score }) => score)),
    subjects: textArray(entries.map(({ subject }) => subject)),
    idempotency_keys: textArray(entries.map(({ idempotencyKey }) => idempotencyKey ?? "")),
    times: numberArray(entries.map(({ occurredAt }) => occurredAt)),
  };
}

/** The newest total of each player whose total changed, as the parameters of sql/commit-changes.sql. */
export function totalColumns(entries: readonly ChangeEntry[]): Parameters {
  const newest = new Map<string, ChangeEntry>();
  for (const entry of entries) if (!entry.unchanged) newest.set(entry.userId, entry); // the entries are in order
  const totals = [...newest.values()];
  return {
    total_user_ids: textArray(totals.map(({ userId }) => userId)),
    total_scores: numberArray(totals.map(({ score }) => score)),
    total_revisions: numberArray(totals.map(({ position }) => position.revision)),
  };
}
