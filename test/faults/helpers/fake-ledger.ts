import type { ChangeEntry, SeasonEnd } from "../../../src/standings/outbox-entry.js";
import type { Position } from "../../../src/domain/position.js";
import type { Revision, ScoreRow } from "../../../src/domain/score.js";
import type { SeasonNumber } from "../../../src/domain/season.js";
import type { BoardSeason, Lease } from "../../../src/ledger/score-ledger.js";

/** What PostgreSQL has of one board. */
export interface LedgerData {
  cursor: { epoch: number; revision: number; fence: number; season: number } | undefined;
  readonly events: ChangeEntry[];
  totalsOf(season: number): Map<string, { score: number; revision: number }>;
}

export function at(epoch: number, revision: number): Position {
  return { epoch, revision: revision as Revision };
}

/** The statements of PostgreSQL on a fake store: each is one step. */
export function fakeLedger(stores: LedgerData) {
  const held = (lease: Lease) => stores.cursor?.fence === lease.fence;
  const move = (lease: Lease, to: Position): Lease | undefined => {
    const { epoch, revision } = lease.position;
    if (!held(lease) || stores.cursor?.epoch !== epoch || stores.cursor.revision !== revision) return undefined;
    if (stores.cursor.season !== lease.season) return undefined;
    stores.cursor = { ...to, fence: lease.fence, season: lease.season };
    return { ...lease, position: to };
  };
  const cursor = (): Lease | undefined =>
    stores.cursor && {
      position: at(stores.cursor.epoch, stores.cursor.revision),
      fence: stores.cursor.fence,
      season: stores.cursor.season as SeasonNumber,
    };
  const record = (entries: readonly ChangeEntry[]) => {
    const known = new Set(stores.events.map(({ position }) => `${position.epoch}-${position.revision}`));
    stores.events.push(...entries.filter(({ position }) => !known.has(`${position.epoch}-${position.revision}`)));
  };
  return {
    takeLease: (_board: string, atLeast: number) => {
      const { epoch = 0, revision = 0, fence = 0, season = 1 } = stores.cursor ?? {};
      stores.cursor = { epoch, revision, fence: Math.max(fence + 1, atLeast), season };
      return cursor();
    },
    readCursor: () => cursor(),
    commit: (_board: string, lease: Lease, entries: readonly ChangeEntry[]) => {
      const last = entries.at(-1);
      const moved = last && move(lease, last.position);
      if (!moved) return undefined;
      record(entries);
      for (const { userId, score, position } of entries) {
        const totals = stores.totalsOf(lease.season);
        if ((totals.get(userId)?.revision ?? -1) < position.revision) {
          totals.set(userId, { score, revision: position.revision });
        }
      }
      return moved;
    },
    recordEvents: (_board: string, lease: Lease, entries: readonly ChangeEntry[]) => {
      if (!held(lease)) return false;
      record(entries);
      return true;
    },
    moveCursor: (_board: string, lease: Lease, to: Position) => move(lease, to),
    readRunningSeason: () => ({ number: stores.cursor?.season ?? 1, startedAt: 0 }),
    endSeason: (_board: string, lease: Lease, { position }: SeasonEnd) => {
      const moved = move(lease, position);
      if (!moved || !stores.cursor) return undefined;
      stores.cursor.season += 1;
      return cursor();
    },
    readScores: ({ season }: BoardSeason, after: string, count: number) =>
      [...stores.totalsOf(season)]
        .filter(([userId]) => userId > after)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .slice(0, count)
        .map(([userId, { score }]) => ({ userId, score })),
    summary: ({ season }: BoardSeason) => {
      const totals = [...stores.totalsOf(season).values()];
      return { count: totals.length, sum: totals.reduce((total, { score }) => total + BigInt(score), 0n) };
    },
    overwriteScores: ({ season }: BoardSeason, lease: Lease, rows: readonly ScoreRow[], revision: number) => {
      if (!held(lease)) return false;
      for (const { userId, score } of rows) stores.totalsOf(season).set(userId, { score, revision });
      return true;
    },
    dropScoresOf: ({ season }: BoardSeason, lease: Lease, userIds: readonly string[]) => {
      if (held(lease)) for (const userId of userIds) stores.totalsOf(season).delete(userId);
    },
  };
}
