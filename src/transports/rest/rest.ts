import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchemaValidationError } from "fastify";
import { bearerToken, fieldToken, onlyToken, type Authenticator } from "../../auth/authenticate.js";
import type { BatchInput, SingleChangeInput } from "../../commands/change-input.js";
import type { ScoreChanges } from "../../commands/score-changes.js";
import type { OperationMetrics } from "../../commands/metrics.js";
import { requireAuthenticated, type Viewer } from "../../auth/roles.js";
import { badInput } from "../../domain/errors.js";
import type { ScoreEntry } from "../../domain/score.js";
import { batchBody, writeApplied, writeEnqueued, type BatchBody } from "./batch-body.js";
import { describeMistake, type BodyKind } from "./body.js";
import { incrementBody, scoreBody, type IncrementBody, type ScoreBody } from "./change-bodies.js";
import { announceQuota } from "../http/rate-limit-headers.js";
import type { Admission } from "../network/admission.js";
import { answerRestError, json, type RestErrorOptions } from "./errors.js";

export interface RestOptions extends RestErrorOptions {
  scoreChanges: ScoreChanges;
  authenticator: Authenticator;
  admission: Admission;
  metrics: OperationMetrics;
}

/** The GraphQL schema has the same default. */
const defaultBoard = "main";

type RestRequest<Body> = FastifyRequest<{ Body: Body }>;

/**
 * The REST endpoints for callers that do not speak GraphQL: another transport over the same changes. The token is
 * checked before the rest of the request.
 */
export function registerRest(app: FastifyInstance, options: RestOptions): void {
  const { scoreChanges, authenticator, admission, metrics } = options;
  const duration = metrics.operationDuration.labels({ transport: "rest" });
  /** All increments of a batch have the same answer, which is written once. */
  const bodies = new WeakMap<readonly ScoreEntry[], string>();
  app.register((rest, _options, done) => {
    // Fastify accepts text by default; here everything but JSON is answered with 415.
    rest.removeContentTypeParser("text/plain");
    const route = <Body>(
      path: string,
      kind: BodyKind,
      status: number,
      answer: (request: RestRequest<Body>, reply: FastifyReply) => Promise<string>,
    ) =>
      rest.post<{ Body: Body }>(
        path,
        {
          bodyLimit: kind.limit,
          schema: { body: kind.schema },
          attachValidation: true,
          errorHandler: (thrown, request, reply) => void answerRestError(thrown, request, reply, options, kind),
        },
        async (request, reply) => {
          const stop = duration.startTimer();
          try {
            const body = await answer(request, reply);
            reply.code(status).header("content-type", json);
            return body;
          } finally {
            stop();
          }
        },
      );
    route<IncrementBody>("/api/v1/scores/update", incrementBody, 200, async (request, reply) =>
      change(await judge(request, incrementBody), toIncrement(request), reply),
    );
    route<ScoreBody>("/api/v1/scores/submit", scoreBody, 200, async (request, reply) =>
      change(await judge(request, scoreBody), toScore(request), reply),
    );
    route("/api/v1/scores/enqueue", incrementBody, 202, enqueue);
    route("/api/v1/scores/batch", batchBody, 200, updateAll);
    route("/api/v1/scores/enqueue/batch", batchBody, 202, enqueueAll);
    done();
  });

  async function change(viewer: Viewer, input: SingleChangeInput, reply: FastifyReply): Promise<string> {
    const { topScores, quota } = await scoreChanges.submit(viewer, input, false);
    if (quota) announceQuota(reply, "increments", quota);
    return acceptedBody(topScores);
  }

  async function enqueue(request: RestRequest<IncrementBody>): Promise<string> {
    const viewer = await judge(request, incrementBody);
    const id = await scoreChanges.enqueue(viewer, toIncrement(request));
    return JSON.stringify({ success: true, message: "Score update accepted.", id });
  }

  async function updateAll(request: RestRequest<BatchBody>, reply: FastifyReply): Promise<string> {
    const viewer = await judge(request, batchBody);
    const batch = toBatch(request);
    const results = await scoreChanges.submitAll(viewer, batch, true, request.raw);
    const quota = results.findLast((result) => result.quota !== undefined)?.quota;
    if (quota) announceQuota(reply, "increments", quota);
    return writeApplied(batch, results);
  }

  async function enqueueAll(request: RestRequest<BatchBody>): Promise<string> {
    const viewer = await judge(request, batchBody);
    const batch = toBatch(request);
    return writeEnqueued(batch, await scoreChanges.enqueueAll(viewer, batch, request.raw));
  }

  /**
   * Checks the token, then whether the body has the right form.
   *
   * @throws StandingsError `unauthenticated`, `badInput`, `overloaded`
   */
  async function judge(request: RestRequest<unknown>, kind: BodyKind): Promise<Viewer> {
    const viewer = requireAuthenticated(await authenticator.authenticate(tokenOf(request), request.raw));
    const refusal = admission.shed(viewer);
    if (refusal) throw refusal;
    if (request.validationError) {
      const [mistake] = request.validationError.validation as FastifySchemaValidationError[];
      throw badInput(describeMistake(mistake, request.body, kind));
    }
    return viewer;
  }

  function acceptedBody(topScores: readonly ScoreEntry[]): string {
    let body = bodies.get(topScores);
    if (body === undefined) {
      const rows = topScores.map(({ userId, score }) => ({ userId, score }));
      body = JSON.stringify({ success: true, message: "Score updated successfully.", topScores: rows });
      bodies.set(topScores, body);
    }
    return body;
  }
}

/** Reads the token before the body is validated: a caller without a valid token learns nothing about the body. */
function tokenOf({ headers, body }: RestRequest<unknown>): string | undefined {
  const inBody = typeof body === "object" && body !== null && "authToken" in body ? body.authToken : undefined;
  return onlyToken(bearerToken(headers.authorization), fieldToken(inBody));
}

function toIncrement(request: RestRequest<IncrementBody>): SingleChangeInput {
  return { ...common(request), amount: request.body.scoreIncrement, field: "scoreIncrement" };
}

function toScore(request: RestRequest<ScoreBody>): SingleChangeInput {
  return { ...common(request), amount: request.body.score, field: "score" };
}

/** @throws StandingsError `badInput` when the header and the body have different keys */
function common({ body, headers }: RestRequest<IncrementBody | ScoreBody>) {
  const inHeader = keyInHeader(headers);
  if (inHeader !== undefined && body.idempotencyKey != null && inHeader !== body.idempotencyKey) {
    throw badInput("idempotencyKey in the body and the header Idempotency-Key differ.");
  }
  return {
    board: body.board ?? defaultBoard,
    userId: body.userId,
    idempotencyKey: inHeader ?? body.idempotencyKey,
    season: body.season,
  };
}

/** @throws StandingsError `badInput` for a key in the header, which would protect no change */
function toBatch({ body, headers }: RestRequest<BatchBody>): BatchInput {
  if (keyInHeader(headers) !== undefined) {
    throw badInput("The header Idempotency-Key does not fit a batch. Give each change its own idempotencyKey.");
  }
  return { board: body.board ?? defaultBoard, changes: body.changes, season: body.season };
}

function keyInHeader({ "idempotency-key": key }: FastifyRequest["headers"]): string | undefined {
  return Array.isArray(key) ? key.join(", ") : key;
}
