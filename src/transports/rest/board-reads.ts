import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestAsyncHookHandler } from "fastify";
import type { OperationMetrics } from "../../commands/metrics.js";
import type { Reads } from "../../commands/reads.js";
import type { ScoreEntry } from "../../domain/score.js";
import { parseLimit, type Neighbourhood, type Snapshot } from "../../domain/views.js";
import { cacheableAnswer, sendCacheable, type CacheableAnswer } from "../http/cacheable.js";
import { answerRestError, json, type RestErrorOptions } from "./errors.js";

export interface BoardReadsOptions extends RestErrorOptions {
  reads: Reads;
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
  const { reads, limit: onRequest, metrics } = options;
  const duration = metrics.operationDuration.labels({ transport: "rest" });
  const errorHandler = (thrown: unknown, request: FastifyRequest, reply: FastifyReply) =>
    void answerRestError(thrown, request, reply, options);
  // HEAD is named because Fastify's own HEAD routes add a length of 0 to a 304.
  const method = ["GET", "HEAD"];
  const top = writeOnce(writeTop);
  const player = writeOnce(writePlayer);

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
        return sendCacheable(request, reply, top(snapshot, limit));
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
        return sendCacheable(request, reply, player(neighbourhood, params.userId));
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

/** Keeps what was written of a state for as long as the state itself is kept: all its readers get the same text. */
function writeOnce<State extends object, Part>(
  write: (state: State, part: Part) => object,
): (state: State, part: Part) => CacheableAnswer {
  const written = new WeakMap<State, Map<Part, CacheableAnswer>>();
  return (state, part) => {
    let answers = written.get(state);
    if (!answers) written.set(state, (answers = new Map<Part, CacheableAnswer>()));
    let answer = answers.get(part);
    if (!answer) answers.set(part, (answer = cacheableAnswer(json, JSON.stringify(write(state, part)))));
    return answer;
  };
}

function writeTop({ board, revision, season, entries }: Snapshot, limit: number): object {
  return { board, revision, season, topScores: entries.slice(0, limit).map(toRow) };
}

function writePlayer({ board, revision, season, entries }: Neighbourhood, userId: string): object {
  const around = entries.map(toRow);
  const entry = around.find((row) => row.userId === userId);
  return { board, revision, season, entry, around };
}

function toRow({ rank, userId, score }: ScoreEntry) {
  return { rank, userId, score };
}
