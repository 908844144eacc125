import { Statement } from "./statement.js";

/** The position up to which PostgreSQL has a board, and the fence of the leader that may write it. */
export interface CursorRow {
  epoch: string;
  revision: string;
  fence: string;
  season: number;
}

/** A page of totals. */
export interface ScoreColumns {
  user_ids: string[] | null;
  scores: number[] | null;
  /** Only where they were asked for. */
  revisions?: number[] | null;
}

interface EventRow {
  revision: string;
  season: number;
  /** The amount: the score that was sent, on boards that take scores. */
  increment: string;
  score: string;
  /** Milliseconds since 1970. */
  at: string;
}

interface KeyedEventRow extends EventRow {
  epoch: string;
  user_id: string;
  subject: string;
  idempotency_key: string;
}

export interface DueSeasonRow {
  id: string;
  version: string;
  cron: string | null;
  timezone: string | null;
  season: number;
  ending_season: number | null;
  scheduled_since: string | null;
  ends_at: string | null;
  started_at: string;
}

interface SeasonToFreezeRow {
  board: string;
  number: number;
  sort_order: string | null;
  ties: string | null;
}

interface TokenRow {
  hash: string;
  id: string;
  subject: string;
  role: string;
  boards: string | null;
  /** Milliseconds since 1970. */
  expires_at: string | null;
  is_revoked: boolean;
}

interface SeasonRow {
  position: string;
  rank: string;
  user_id: string;
  score: string;
}

const load = <Row>(name: string): Statement<Row> => new Statement(new URL(`sql/${name}.sql`, import.meta.url));

/**
 * Statements that Prisma's typed calls can't express, or only at a higher cost: writes that check the fence in the same
 * statement, reads that are made for one index, many rows as arrays, and partitions. Parameters and results stand at
 * the top of each file.
 */
export const statements = {
  takeLease: load<CursorRow>("take-lease"),
  commitChanges: load<CursorRow>("commit-changes"),
  commitKnownChanges: load<CursorRow>("commit-known-changes"),
  rejectEntry: load<CursorRow>("reject-entry"),
  recordEvents: load<{ held: number }>("record-events"),
  readScores: load<ScoreColumns>("read-scores"),
  readTotals: load<CursorRow & ScoreColumns>("read-totals"),
  readSummary: load<{ count: string; sum: string }>("read-summary"),
  overwriteScores: load<{ held: number }>("overwrite-scores"),
  dropScoresOf: load<never>("drop-scores-of"),
  correctTotals: load<never>("correct-totals"),
  readEvents: load<EventRow>("read-events"),
  readScoreAt: load<{ score: string | null }>("read-score-at"),
  readFirstScore: load<{ score: string }>("read-first-score"),
  readKeyedEvents: load<KeyedEventRow>("read-keyed-events"),
  readPartitions: load<{ name: string }>("read-partitions"),
  readSeason: load<{ is_frozen: boolean; player_count: string | null }>("read-season"),
  readSeasonPage: load<SeasonRow>("read-season-page"),
  readSeasonRank: load<{ rank: string | null }>("read-season-rank"),
  readSeasonEntry: load<Pick<SeasonRow, "rank" | "score">>("read-season-entry"),
  endSeason: load<CursorRow>("end-season"),
  readRunningSeason: load<{ season: number; started_at: string }>("read-running-season"),
  readDueSeasons: load<DueSeasonRow>("read-due-seasons"),
  setSeasonEnd: load<never>("set-season-end"),
  readSeasonsToFreeze: load<SeasonToFreezeRow>("read-seasons-to-freeze"),
  freezeSeason: load<{ player_count: string }>("freeze-season"),
  clearSeason: load<never>("clear-season"),
  dropFrozenScores: load<never>("drop-frozen-scores"),
  findTokens: load<TokenRow>("find-tokens"),
  readUnrevokedTokens: load<{ id: string }>("read-unrevoked-tokens"),
  recordTokenUses: load<never>("record-token-uses"),
} as const;
