import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestAsyncHookHandler } from "fastify";
import type { OperationMetrics } from "../../commands/metrics.js";
import type { Reads } from "../../commands/reads.js";
import type { Player } from "../../domain/profile.js";
import type { ScoreEntry } from "../../domain/score.js";
import { parseLimit, type Neighbourhood, type Snapshot } from "../../domain/views.js";
import type { PlayerProfiles } from "../../feed/player-profiles.js";
import { cacheableAnswer, sendCacheable, type CacheableAnswer } from "../http/cacheable.js";
import { answerRestError, json, type RestErrorOptions } from "./errors.js";

export interface BoardReadsOptions extends RestErrorOptions {
  reads: Reads;
  profiles: Pick<PlayerProfiles, "of" | "version">;
  /** Counts a request for its sender: see `limitReads`. */
  limit: onRequestAsyncHookHandler;
  metrics: OperationMetrics;
}

/** The GraphQL schema has the same defaults. */
export const defaultLimit = 10;
export const defaultRadius = 5;

interface TopRequest {
  Params: { board: string };
  Querystring: { limit?: unknown };
}
interface PlayerRequest {
  Params: { board: string; userId: string };
  Querystring: { radius?: unknown };
}

/** Boards and their players as resources that anybody may read and any cache may keep for a moment. */
export function registerBoardReads(app: FastifyInstance, options: BoardReadsOptions): void {
  const { reads, profiles, limit: onRequest, metrics } = options;
  const duration = metrics.operationDuration.labels({ transport: "rest" });
  const errorHandler = (thrown: unknown, request: FastifyRequest, reply: FastifyReply) =>
    void answerRestError(thrown, request, reply, options);
  // HEAD is named because Fastify's own HEAD routes add a length of 0 to a 304.
  const method = ["GET", "HEAD"];
  const top = writeOnce(profiles, topRows, writeTop);
  const player = writeOnce(profiles, ({ entries }: Neighbourhood) => entries, writePlayer);

  app.route<TopRequest>({
    method,
    onRequest,
    url: "/api/v1/boards/:board/top",
    errorHandler,
    handler: (request, reply) =>
      timed(async () => {
        const { params, query } = request;
        const snapshot = await reads.standings(params.board);
        const limit = parseLimit(wholeNumber(query.limit, defaultLimit));
        return sendCacheable(request, reply, await top(snapshot, limit));
      }),
  });
  app.route<PlayerRequest>({
    method,
    onRequest,
    url: "/api/v1/boards/:board/players/:userId",
    errorHandler,
    handler: (request, reply) =>
      timed(async () => {
        const { params, query } = request;
        const radius = wholeNumber(query.radius, defaultRadius);
        const neighbourhood = await reads.standingOf(params.board, params.userId, radius);
        return sendCacheable(request, reply, await player(neighbourhood, params.userId));
      }),
  });

  async function timed<T>(answer: () => Promise<T>): Promise<T> {
    const stop = duration.startTimer();
    try {
      return await answer();
    } finally {
      stop();
    }
  }
}

/** A parameter of a URL. A text that is no plain whole number becomes NaN, which no range contains. */
function wholeNumber(text: unknown, missing: number): number {
  if (text === undefined) return missing;
  return typeof text === "string" && /^\d{1,15}$/.test(text) ? Number(text) : NaN;
}

interface Written {
  /** Of the profiles that it shows. */
  readonly version: number;
  readonly answer: Promise<CacheableAnswer>;
}

/**
 * Keeps what was written of a state for as long as the state itself is kept and no profile changes: all its readers get
 * the same text.
 */
function writeOnce<State extends object, Part>(
  profiles: BoardReadsOptions["profiles"],
  rowsOf: (state: State, part: Part) => readonly ScoreEntry[],
  write: (state: State, part: Part, rows: readonly Row[]) => object,
): (state: State, part: Part) => Promise<CacheableAnswer> {
  const written = new WeakMap<State, Map<Part, Written>>();
  const writeNow = async (state: State, part: Part) => {
    const entries = rowsOf(state, part);
    const players = await Promise.all(entries.map(async ({ userId }) => profiles.of(userId)));
    const rows = entries.map((entry, index) => toRow(entry, players[index]));
    return cacheableAnswer(json, JSON.stringify(write(state, part, rows)));
  };
  return (state, part) => {
    let answers = written.get(state);
    if (!answers) written.set(state, (answers = new Map<Part, Written>()));
    const { version } = profiles;
    let last = answers.get(part);
    if (last?.version !== version) answers.set(part, (last = { version, answer: writeNow(state, part) }));
    return last.answer;
  };
}

function topRows({ entries }: Snapshot, limit: number): readonly ScoreEntry[] {
  return entries.slice(0, limit);
}

function writeTop({ board, revision, season }: Snapshot, _limit: number, topScores: readonly Row[]): object {
  return { board, revision, season, topScores };
}

function writePlayer({ board, revision, season }: Neighbourhood, userId: string, around: readonly Row[]): object {
  const entry = around.find((row) => row.userId === userId);
  return { board, revision, season, entry, around };
}

type Row = ReturnType<typeof toRow>;

/** What is not known of a player is left out. */
function toRow({ rank, userId, score }: ScoreEntry, { displayName, avatarUrl, country }: Partial<Player> = {}) {
  return {
    ...{ rank, userId, score },
    ...(displayName != null && { displayName }),
    ...(avatarUrl != null && { avatarUrl }),
    ...(country != null && { country }),
  };
}
