import { setMaxListeners } from "node:events";
import { ConsumerStatus, type AsyncMessage, type Connection, type Consumer } from "rabbitmq-client";
import { toStandingsError, type ErrorKind, type StandingsError } from "../domain/errors.js";
import type { BoardDirectory } from "../boards/directory.js";
import type { Leaderboard } from "../standings/leaderboard.js";
import type { Service } from "../lifecycle.js";
import type { Logger } from "../observability/logger.js";
import { connect, disconnect } from "./connection.js";
import { toChange } from "./message.js";
import type { IngestMetrics } from "./metrics.js";
import type { Publisher } from "./publisher.js";
import { deadLettersQueue, incrementsQueue } from "./queues.js";
import { backOffMs, jittered } from "../timing/backoff.js";
import { retry } from "../timing/retry.js";

export interface IngesterOptions {
  boards: BoardDirectory;
  leaderboard: Leaderboard;
  /**
   * For dead letters. Has its own connection, because a broker that is short of memory stops reading publishers'
   * connections.
   */
  publisher: Publisher;
  metrics: IngestMetrics;
  logger: Logger;
}

/**
 * Unacknowledged messages of this process: about eight full batches, so that the next batch is there when one is done.
 */
const prefetchCount = 1_000;
const retryWait = { firstMs: 50, maxMs: 1_000 };
const deadLetterTimeoutMs = 4_500;

/** Errors that would come again however often the change is tried. */
const refusals: ReadonlySet<ErrorKind> = new Set(["badInput", "keyReused", "seasonClosed", "boardArchived"]);

/**
 * Applies the queue's changes. A message is acknowledged when its change is applied and durable, or when it is among
 * the dead letters. Until then the change is tried again, always with the same idempotency key, so that it counts once
 * even if its answer got lost or its message is delivered again.
 */
export class Ingester implements Service {
  readonly name = "ingester";
  readonly #options: IngesterOptions;
  readonly #stopped = new AbortController();
  #connection: Connection | undefined;
  #consumer: Consumer | undefined;
  #failing = false;
  #inFlight = 0;

  constructor(options: IngesterOptions) {
    this.#options = options;
    options.metrics.up.readFrom("consumer", () => (this.consuming ? 1 : 0));
    options.metrics.inFlight.readFrom(() => this.#inFlight);
    setMaxListeners(prefetchCount, this.#stopped.signal); // Each message that waits for its next attempt listens.
  }

  /** Does not wait for the broker: the consumer subscribes whenever the broker is up, also after an outage. */
  start(): Promise<void> {
    const { publisher, logger } = this.#options;
    this.#connection = connect(publisher.url, "standings-ingester", logger);
    this.#consumer = this.#connection.createConsumer(
      { queue: incrementsQueue.queue, queueOptions: incrementsQueue, qos: { prefetchCount } },
      (message) => this.#handle(message),
    );
    // A broken connection is logged once by `connect`; here it comes again for each message that can't be acknowledged.
    this.#consumer.on("error", (error: unknown) => logger.debug({ err: error }, "the consumer reported an error"));
    return Promise.resolve();
  }

  /** Settles and acknowledges the messages under way. The broker delivers the others to another consumer. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    const consumer = this.#consumer;
    if (this.#connection) await disconnect(this.#connection, async () => consumer?.close());
  }

  /** Whether the consumer is subscribed, so that messages would arrive. */
  get consuming(): boolean {
    return this.#connection?.ready === true && this.#consumer?.consumerTag !== "";
  }

  async #handle(message: AsyncMessage): Promise<ConsumerStatus> {
    const { signal } = this.#stopped;
    if (signal.aborted) return ConsumerStatus.REQUEUE;
    this.#inFlight += 1;
    try {
      await retry(() => this.#settle(message), {
        waitMs: (failures) => jittered(backOffMs(failures, retryWait)),
        signal,
        onFailure: (error) => this.#fails(error),
      });
    } catch {
      return ConsumerStatus.REQUEUE; // Stopped.
    } finally {
      this.#inFlight -= 1;
    }
    if (this.#failing) this.#options.logger.info("queued increments are applied again");
    this.#failing = false;
    return ConsumerStatus.ACK;
  }

  #fails(error: unknown): void {
    this.#options.metrics.failures.inc();
    if (!this.#failing) this.#options.logger.error({ err: error }, "queued increments can't be applied; trying again");
    this.#failing = true;
  }

  /** @throws when the message has to be tried again */
  async #settle(message: AsyncMessage): Promise<void> {
    const { boards, leaderboard, metrics } = this.#options;
    try {
      const { board: boardId, change } = toChange(message);
      const { id: board } = boards.known(boardId) ?? (await boards.parse(boardId));
      const { replayed } = await leaderboard.increment(board, change);
      metrics.ingested.inc({ board, outcome: replayed ? "replayed" : "applied" });
    } catch (thrown) {
      const error = toStandingsError(thrown);
      if (!refusals.has(error.kind)) throw error;
      await this.#setAside(message, error);
    }
  }

  /** If the process dies before the message is acknowledged, the message is set aside once more, under the same id. */
  async #setAside({ messageId = "", body, headers }: AsyncMessage, refusal: StandingsError): Promise<void> {
    const { publisher, metrics, logger } = this.#options;
    const { code, message: reason } = refusal;
    const letter = {
      queue: deadLettersQueue.queue,
      id: messageId,
      body: body as unknown,
      headers: { ...headers, "standings-code": code, "standings-reason": reason },
    };
    await publisher.publish(letter, performance.now() + deadLetterTimeoutMs);
    metrics.deadLettered.inc({ code });
    logger.error({ messageId, code, reason }, "a queued increment was refused and set aside as a dead letter");
  }
}
