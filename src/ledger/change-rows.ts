import type { OutboxEntry } from "../standings/outbox.js";
import type { Board } from "../domain/board.js";
import { Prisma } from "#prisma-client";

/** Entries as rows `c` of a FROM clause. Numbers travel as text, as Prisma has no arrays of BIGINT in raw queries. */
export function changeRows(entries: readonly OutboxEntry[]): Prisma.Sql {
  return Prisma.sql`unnest(
    ${entries.map((entry) => String(entry.position.epoch))}::text[]::bigint[],
    ${entries.map((entry) => String(entry.position.revision))}::text[]::bigint[],
    ${entries.map((entry) => entry.userId)}::text[],
    ${entries.map((entry) => String(entry.increment))}::text[]::bigint[],
    ${entries.map((entry) => String(entry.score))}::text[]::bigint[],
    ${entries.map((entry) => entry.subject)}::text[],
    ${entries.map((entry) => entry.idempotencyKey ?? "")}::text[],
    ${entries.map((entry) => String(entry.occurredAt))}::text[]::bigint[]
  ) AS c(at_epoch, at_revision, user_id, increment, score, subject, idempotency_key, at_ms)`;
}

/** From the rows of `change`. */
export function insertEvents(scoreEvents: Prisma.Sql, board: Board): Prisma.Sql {
  return Prisma.sql`
    INSERT INTO ${scoreEvents} (board, epoch, revision, user_id, increment, score, subject, idempotency_key, occurred_at)
    SELECT ${board}, at_epoch, at_revision, user_id, increment, score, subject, nullif(idempotency_key, ''),
      to_timestamp(at_ms / 1000.0)
    FROM change
    ON CONFLICT DO NOTHING`;
}
