import { keys, recordField } from "../redis/keys.js";
import type { RedisClient } from "../redis/client.js";
import { idempotencyWindowSeconds, isMessageKey, type IdempotencyKey } from "../domain/change.js";
import type { Board } from "../domain/board.js";
import { firstSeason } from "../domain/season.js";
import { dropClaim } from "./key-claims.js";
import type { ChangeEntry } from "./outbox-entry.js";
import { scripts } from "./scripts.js";

/** Lua can't take many more values of one hash at once. */
const maxPerCall = 1_000;

type KeyedEntry = ChangeEntry & { readonly idempotencyKey: IdempotencyKey };

/**
 * Writes the idempotency records of committed changes again, and the claims on their keys, where they are younger than
 * 24 hours.
 *
 * @param now milliseconds since the Unix epoch
 */
export async function restoreRecords(
  client: RedisClient,
  board: Board,
  events: readonly ChangeEntry[],
  now: number,
): Promise<void> {
  const young = keyed(events).filter((event) => secondsLeft(event, now) > 0);
  for (let from = 0; from < young.length; from += maxPerCall) {
    const some = young.slice(from, from + maxPerCall);
    const values = some.flatMap((event) => [
      recordField(event.subject, event.idempotencyKey),
      formatRecord(event),
      event.occurredAt,
      isMessageKey(event.idempotencyKey) ? 0 : 1,
    ]);
    const args = [JSON.stringify(values), board, claimsPrefix(client)];
    await scripts.restoreRecords.run(client, [keys.meta(board), keys.records(board)], args);
    if (client.isCluster) await restoreClaims(client, board, some, now);
  }
}

/** In a cluster the claims lie on other slots. ioredis sends these commands without waiting in between. */
async function restoreClaims(client: RedisClient, board: Board, events: readonly KeyedEntry[], now: number) {
  const claimable = events.filter(({ idempotencyKey }) => !isMessageKey(idempotencyKey));
  await Promise.all(
    claimable.map((event) =>
      client.set(keys.claim(event.subject, event.idempotencyKey), board, "EX", secondsLeft(event, now)),
    ),
  );
}

/**
 * Removes the idempotency records of changes that are no longer part of the standings, and the claims on their keys.
 *
 * @returns false when the fence is too low
 */
export async function dropRecords(
  client: RedisClient,
  board: Board,
  fence: number,
  entries: readonly ChangeEntry[],
): Promise<boolean> {
  const all = keyed(entries);
  const values = all.flatMap(({ subject, idempotencyKey, occurredAt }) => [
    recordField(subject, idempotencyKey),
    // An entry that was written by hand may have no time.
    Number.isFinite(occurredAt) ? occurredAt : 0,
    isMessageKey(idempotencyKey) ? 0 : 1,
  ]);
  const args = [fence, JSON.stringify(values), board, claimsPrefix(client)];
  const done = await scripts.dropRecords.run(client, [keys.meta(board), keys.records(board)], args);
  if (done !== 1) return false;
  if (client.isCluster) {
    const claims = all.filter(({ idempotencyKey }) => !isMessageKey(idempotencyKey));
    await Promise.all(
      claims.map(({ subject, idempotencyKey }) => dropClaim(client, keys.claim(subject, idempotencyKey), board)),
    );
  }
  return true;
}

function keyed(entries: readonly ChangeEntry[]): KeyedEntry[] {
  return entries.filter((entry): entry is KeyedEntry => entry.idempotencyKey !== undefined);
}

function claimsPrefix({ isCluster }: RedisClient): string {
  return isCluster ? "" : keys.claims;
}

function secondsLeft({ occurredAt }: ChangeEntry, now: number): number {
  return Math.ceil(idempotencyWindowSeconds - (now - occurredAt) / 1000);
}

/** As increment.lua writes a record. */
function formatRecord({ position, season, amount, score, unchanged, userId }: ChangeEntry): string {
  const later = season === firstSeason ? "" : `@${season}`;
  return `${position.revision}${later}${unchanged ? "=" : ""} ${amount} ${score} ${userId}`;
}
