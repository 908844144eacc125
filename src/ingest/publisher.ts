import { setImmediate as nextTurn } from "node:timers/promises";
import { AMQPError, type Channel, type Connection, type Envelope } from "rabbitmq-client";
import { StandingsError } from "../domain/errors.js";
import type { Service } from "../lifecycle.js";
import type { Logger } from "../observability/logger.js";
import { SampledLog } from "../observability/sampled-log.js";
import { connect, disconnect } from "./connection.js";
import { deadLettersQueue, incrementsQueue } from "./queues.js";
import { within } from "../timing/deadline.js";
import { Loop } from "../timing/loop.js";

export interface OutgoingMessage {
  readonly queue: string;
  readonly id: string;
  /** Sent as JSON, unless it is text or bytes. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, unknown>>;
}

interface OpenChannel {
  readonly channel: Channel;
  /** The ids of messages for which the broker had no queue. */
  readonly returned: Set<string>;
}

const reopenDelayMs = 500;
/** Confirms come in groups, whenever the broker syncs its disk. At 25,000 a second this is 0.4 s of them. */
const maxUnconfirmed = 10_000;
const probeIntervalMs = 5_000;

/**
 * Publishes durable messages and tells for each whether the broker has it (publisher confirms). A message is sent once.
 * If its confirm gets lost its outcome is unknown, and the caller decides whether to send it again.
 */
export class Publisher implements Service {
  readonly name = "message-publisher";
  readonly url: string;
  readonly #logger: Logger;
  readonly #log: SampledLog;
  #loop: Loop | undefined;
  #connection: Connection | undefined;
  #open: OpenChannel | undefined;
  #unconfirmed = 0;
  /**
   * Set while a confirm is overdue: the time at which the next message may be sent, as a probe. All other messages are
   * refused, so that their callers know at once that the broker does not have them.
   */
  #probeAt: number | undefined;
  #lastProblem = "";

  constructor(url: string, logger: Logger) {
    this.url = url;
    this.#logger = logger;
    this.#log = new SampledLog(logger);
  }

  /** Returns after the first attempt: a broker that is down must not stop the work that does not need it. */
  async start(): Promise<void> {
    const connection = connect(this.url, "standings-publisher", this.#logger);
    this.#connection = connection;
    await new Promise<void>((onTried) => {
      this.#loop = new Loop(async () => {
        const opened = await this.#openChannel(connection);
        onTried();
        await opened?.closed;
        return reopenDelayMs;
      });
      this.#loop.start();
    });
  }

  /** Whether a message could be sent now: the channel is open, and the broker confirms. */
  get isUsable(): boolean {
    return this.#open?.channel.active === true && this.#connection?.ready === true && this.#probeAt === undefined;
  }

  /** Messages that were sent and not confirmed yet. */
  get unconfirmed(): number {
    return this.#unconfirmed;
  }

  async stop(): Promise<void> {
    void this.#loop?.stop(); // Not awaited: the loop ends when the channel closes.
    const channel = this.#open?.channel;
    if (this.#connection) await disconnect(this.#connection, async () => channel?.close());
  }

  /**
   * Resolves when the broker has written the message to the disks of most of its nodes.
   *
   * @param deadline in terms of performance.now(): the promise settles by then
   * @throws StandingsError `brokerFailed` or `overloaded`: the broker does not have it; `unknownOutcome`
   */
  async publish(message: OutgoingMessage, deadline: number): Promise<void> {
    const open = this.#open;
    const now = performance.now();
    if (!open?.channel.active || !this.#connection?.ready) throw new StandingsError("brokerFailed");
    if (this.#unconfirmed >= maxUnconfirmed || deadline <= now) throw new StandingsError("overloaded");
    if (this.#probeAt !== undefined) {
      if (this.#probeAt > now) throw new StandingsError("brokerFailed");
      this.#probeAt = now + probeIntervalMs;
    }
    this.#unconfirmed += 1;
    const confirmed = this.#send(open, message).finally(() => (this.#unconfirmed -= 1));
    await within(deadline - now, confirmed, () => {
      throw this.#stall();
    });
  }

  async #send({ channel, returned }: OpenChannel, { queue, id, body, headers }: OutgoingMessage): Promise<void> {
    const envelope: Envelope = { routingKey: queue, messageId: id, durable: true, mandatory: true };
    try {
      await channel.basicPublish(headers ? { ...envelope, headers } : envelope, body);
    } catch (error) {
      // A quorum queue refuses before it writes anything.
      if (error instanceof AMQPError && error.code === "NACK") throw new StandingsError("overloaded", { cause: error });
      throw new StandingsError("unknownOutcome", { cause: error, logged: true });
    }
    this.#probeAt = undefined;
    // The broker returns a message without a queue, then confirms it; the client reports the return a turn later.
    await nextTurn();
    if (!returned.delete(id)) return;
    this.#log.error({ queue }, "the queue is gone; declaring it again");
    void channel.close();
    throw new StandingsError("brokerFailed");
  }

  #stall(): StandingsError {
    if (this.#probeAt === undefined)
      this.#logger.error("the message broker does not confirm; refusing increments for it");
    this.#probeAt = performance.now() + probeIntervalMs;
    return new StandingsError("unknownOutcome", { logged: true });
  }

  /** @returns a promise that resolves when the channel closes; undefined when no channel can be opened now */
  async #openChannel(connection: Connection): Promise<{ closed: Promise<void> } | undefined> {
    try {
      const channel = await connection.acquire({ emitErrorsFromChannel: true });
      channel.on("error", (error: unknown) => this.#report(error));
      for (const queue of [incrementsQueue, deadLettersQueue]) await channel.queueDeclare(queue);
      await channel.confirmSelect();
      const returned = new Set<string>();
      channel.on("basic.return", ({ messageId = "" }) => returned.add(messageId));
      const closed = new Promise<void>((resolve) => channel.on("close", resolve));
      this.#open = { channel, returned };
      this.#probeAt = undefined;
      this.#lastProblem = "";
      return { closed };
    } catch (error) {
      this.#report(error);
      return undefined;
    }
  }

  /** Logs a problem once, because the next attempts meet the same one. */
  #report(error: unknown): void {
    const problem = error instanceof Error ? error.message : String(error);
    if (problem === this.#lastProblem || this.#loop?.stopped) return;
    this.#lastProblem = problem;
    this.#logger.error({ err: error }, "no channel to the message broker");
  }
}
