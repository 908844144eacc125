import type { OutboxEntry } from "../standings/outbox-entry.js";
import type { Parameters } from "./statement.js";

/** Changes as the parameters of sql/include/changes.sql. */
export function changeColumns(entries: readonly OutboxEntry[]): Parameters {
  return {
    epochs: entries.map(({ position }) => String(position.epoch)),
    revisions: entries.map(({ position }) => String(position.revision)),
    user_ids: entries.map(({ userId }) => userId),
    increments: entries.map(({ increment }) => String(increment)),
    scores: entries.map(({ score }) => String(score)),
    subjects: entries.map(({ subject }) => subject),
    idempotency_keys: entries.map(({ idempotencyKey }) => idempotencyKey ?? ""),
    times: entries.map(({ occurredAt }) => String(occurredAt)),
  };
}
