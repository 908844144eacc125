import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchemaValidationError } from "fastify";
import { bearerToken, fieldToken, onlyToken, type Authenticator } from "../../auth/authenticate.js";
import type { IncrementInput, Increments } from "../../commands/increments.js";
import type { OperationMetrics } from "../../commands/metrics.js";
import { requireAuthenticated, type Viewer } from "../../auth/roles.js";
import { badInput, toStandingsError, type StandingsError } from "../../domain/errors.js";
import type { ScoreEntry } from "../../domain/score.js";
import { describeMistake, incrementBody, noBody, type IncrementBody } from "./increment-body.js";
import type { RequestLog } from "../../observability/sampled-log.js";

export interface RestOptions {
  increments: Increments;
  authenticator: Authenticator;
  metrics: OperationMetrics;
  logger: RequestLog;
}

/** The GraphQL schema has the same default. */
const defaultBoard = "main";
const bodyLimit = 16 * 1024;

type IncrementRequest = FastifyRequest<{ Body: IncrementBody }>;

/**
 * The REST endpoints for callers that do not speak GraphQL: another transport over the same increments. The token is
 * checked before the rest of the request.
 */
export function registerRest(app: FastifyInstance, options: RestOptions): void {
  const { increments, authenticator, metrics, logger } = options;

  const duration = metrics.operationDuration.labels({ transport: "rest" });
  /** All increments of a batch have the same answer, which is written once. */
  const bodies = new WeakMap<readonly ScoreEntry[], string>();
  app.register((rest, _options, done) => {
    // Fastify accepts text by default; here everything but JSON is answered with 415.
    rest.removeContentTypeParser("text/plain");
    rest.setErrorHandler(answerError);
    const route = (path: string, status: number, answer: (request: IncrementRequest) => Promise<string>) =>
      rest.post<{ Body: IncrementBody }>(
        path,
        { bodyLimit, schema: { body: incrementBody }, attachValidation: true },
        async (request, reply) => {
          const stop = duration.startTimer();
          try {
            const body = await answer(request);
            reply.code(status).header("content-type", "application/json; charset=utf-8");
            return body;
          } finally {
            stop();
          }
        },
      );
    route("/api/v1/scores/update", 200, update);
    route("/api/v1/scores/enqueue", 202, enqueue);
    done();
  });

  /** @throws StandingsError `unauthenticated`, `badInput` */
  function read(request: IncrementRequest): { viewer: Viewer; input: IncrementInput } {
    const { body, headers } = request;
    const viewer = requireAuthenticated(authenticator.authenticate(tokenOf(request)));
    if (request.validationError) {
      const [mistake] = request.validationError.validation as FastifySchemaValidationError[];
      throw badInput(describeMistake(mistake, body));
    }
    const input = {
      board: body.board ?? defaultBoard,
      userId: body.userId,
      scoreIncrement: body.scoreIncrement,
      idempotencyKey: idempotencyKeyOf(headers["idempotency-key"], body.idempotencyKey),
    };
    return { viewer, input };
  }

  async function enqueue(request: IncrementRequest): Promise<string> {
    const { viewer, input } = read(request);
    const id = await increments.enqueue(viewer, input);
    return JSON.stringify({ success: true, message: "Score update accepted.", id });
  }

  async function update(request: IncrementRequest): Promise<string> {
    const { viewer, input } = read(request);
    const { topScores } = await increments.submit(viewer, input);
    return acceptedBody(topScores);
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

  function answerError(thrown: unknown, request: FastifyRequest, reply: FastifyReply) {
    const { error, status } = describe(thrown);
    if (error.isUnloggedFault)
      logger.error({ err: error, operation: `REST ${request.routeOptions.url}` }, "a REST request failed");
    metrics.errors.inc({ transport: "rest", code: error.code });
    if (error.retryAfter !== undefined) reply.header("retry-after", error.retryAfter);
    return reply.code(status).send({ success: false, message: error.message });
  }
}

/** Reads the token before the body is validated: a caller without a valid token learns nothing about the body. */
function tokenOf({ headers, body }: FastifyRequest<{ Body: unknown }>): string | undefined {
  const inBody = typeof body === "object" && body !== null && "authToken" in body ? body.authToken : undefined;
  return onlyToken(bearerToken(headers.authorization), fieldToken(inBody));
}

/** @throws StandingsError `badInput` when the header and the body disagree */
function idempotencyKeyOf(header: string | string[] | undefined, inBody: string | null | undefined) {
  const inHeader = Array.isArray(header) ? header.join(", ") : header;
  if (inHeader !== undefined && inBody != null && inHeader !== inBody) {
    throw badInput("idempotencyKey in the body and the header Idempotency-Key differ.");
  }
  return inHeader ?? inBody;
}

/** Messages for Fastify's refusals of a body, which keep their own status. */
const refusals: Readonly<Record<number, string>> = {
  400: noBody,
  413: `The body must be at most ${bodyLimit / 1024} KB.`,
  415: "The Content-Type must be application/json.",
};

function describe(thrown: unknown): { error: StandingsError; status: number } {
  const status = thrown instanceof Error && "statusCode" in thrown ? Number(thrown.statusCode) : undefined;
  const refusal = status === undefined ? undefined : refusals[status];
  const error = refusal === undefined ? toStandingsError(thrown) : badInput(refusal);
  return { error, status: refusal === undefined ? error.restStatus : (status ?? error.restStatus) };
}
