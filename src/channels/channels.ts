import { RedisPubSub } from "graphql-redis-subscriptions";
import { z } from "zod";
import type { Position } from "../domain/position.js";
import type { Board } from "../domain/board.js";
import type { Revision } from "../domain/score.js";
import type { Snapshot } from "../domain/views.js";
import type { Service } from "../lifecycle.js";
import type { RedisClient } from "../redis/client.js";
import { Deployment } from "./deployment.js";

const wholeNumber = z.number().int().nonnegative();

const wireSnapshot = z.object({
  revision: wholeNumber,
  /** Missing in messages of the release before. */
  season: wholeNumber.default(1),
  changedAt: z.number().optional(),
  traceparent: z.string().optional(),
  entries: z.array(z.object({ rank: z.number().int(), userId: z.string(), score: z.number().int() })),
});
const wireRevision = z.object({ revision: wholeNumber });
const wirePosition = z.object({ epoch: wholeNumber, revision: wholeNumber });
const wireRequest = z.object({});
const wireViewers = z.object({ process: z.string(), viewers: z.array(z.tuple([z.string(), wholeNumber])) });

/** How many viewers a process has, board by board. */
export interface ProcessViewers {
  /** Any text that no other process has. */
  readonly process: string;
  readonly viewers: readonly (readonly [board: string, count: number])[];
}

/** Stands where a channel of a board has the board's id. No board has this one. */
const allBoards = "*" as Board;

export interface ChannelsOptions {
  publisher: RedisClient;
  subscriber: RedisClient;
  /** Called with the problem when a channel carried something that is not one of our messages. */
  onGarbage: (board: Board, problem: unknown) => void;
}

interface Subscription {
  readonly board: Board;
  readonly name: string;
  readonly handle: (message: unknown) => void;
  channel: string;
  /** RedisPubSub's id for this subscription. */
  id: number;
}

/**
 * The channels between the processes of one deployment, and their messages. Redis may lose a message, and anybody with
 * access may publish nonsense: every receiver copes with both. Other deployments on the same server have channels of
 * their own, so their messages never arrive here.
 */
export class Channels implements Service {
  readonly name = "channels";
  readonly #pubsub: RedisPubSub;
  readonly #deployment: Deployment;
  readonly #onGarbage: ChannelsOptions["onGarbage"];
  readonly #subscriptions: Subscription[] = [];

  constructor({ publisher, subscriber, onGarbage }: ChannelsOptions) {
    this.#pubsub = new RedisPubSub({ publisher, subscriber });
    this.#deployment = new Deployment(publisher, () => this.#move());
    this.#onGarbage = onGarbage;
  }

  /** Finds the deployment's channels. Subscribe and publish only after it. */
  async start(): Promise<void> {
    await this.#deployment.start();
  }

  stop(): Promise<void> {
    this.#deployment.stop();
    return Promise.resolve();
  }

  /** Publishes a board's newest snapshot, complete, so that a receiver need not read Redis. */
  async publishSnapshot({ board, revision, season, changedAt, traceparent, entries }: Snapshot): Promise<void> {
    const rows = entries.map(({ rank, userId, score }) => ({ rank, userId, score }));
    await this.#pubsub.publish(this.#channel(board, "top"), {
      revision,
      season,
      changedAt,
      traceparent,
      entries: rows,
    });
  }

  async onSnapshot(board: Board, handle: (snapshot: Snapshot) => void): Promise<void> {
    // Branding without parsing is safe: a process of this service wrote every number and id in the snapshot.
    await this.#subscribe(board, "top", wireSnapshot, (wire) => {
      const entries = wire.entries.map((row) => ({ board, ...row }));
      handle({ board, ...wire, entries } as unknown as Snapshot);
    });
  }

  /** Says that a board changed but its top scores did not. */
  async publishRevision(board: Board, revision: Revision): Promise<void> {
    await this.#pubsub.publish(this.#channel(board, "revision"), { revision });
  }

  async onRevision(board: Board, handle: (revision: Revision) => void): Promise<void> {
    await this.#subscribe(board, "revision", wireRevision, ({ revision }) => handle(revision as Revision));
  }

  /** Asks the worker not to wait for its interval. */
  async requestSync(board: Board): Promise<void> {
    await this.#pubsub.publish(this.#channel(board, "sync-request"), {});
  }

  async onSyncRequest(board: Board, handle: () => void): Promise<void> {
    await this.#subscribe(board, "sync-request", wireRequest, handle);
  }

  /** Says up to which position PostgreSQL holds a board's changes. */
  async publishSynced(board: Board, { epoch, revision }: Position): Promise<void> {
    await this.#pubsub.publish(this.#channel(board, "synced"), { epoch, revision });
  }

  async onSynced(board: Board, handle: (position: Position) => void): Promise<void> {
    await this.#subscribe(board, "synced", wirePosition, (wire) => handle(wire as unknown as Position));
  }

  /** Tells the other processes how many viewers this one has. */
  async publishViewers({ process, viewers }: ProcessViewers): Promise<void> {
    await this.#pubsub.publish(this.#channel(allBoards, "viewers"), { process, viewers });
  }

  async onViewers(handle: (message: ProcessViewers) => void): Promise<void> {
    await this.#subscribe(allBoards, "viewers", wireViewers, handle);
  }

  async #subscribe<T>(board: Board, name: string, schema: z.ZodType<T>, handle: (message: T) => void): Promise<void> {
    const checked = (message: unknown) => {
      const result = schema.safeParse(message);
      if (result.success) handle(result.data);
      else this.#onGarbage(board, result.error);
    };
    const channel = this.#channel(board, name);
    const id = await this.#pubsub.subscribe(channel, checked);
    this.#subscriptions.push({ board, name, handle: checked, channel, id });
  }

  /**
   * Moves to the channels of the agreed id. Subscribes before it unsubscribes: the connection must not leave that mode.
   */
  async #move(): Promise<void> {
    for (const subscription of this.#subscriptions) {
      const { board, name, handle, id } = subscription;
      const channel = this.#channel(board, name);
      if (channel === subscription.channel) continue;
      Object.assign(subscription, { channel, id: await this.#pubsub.subscribe(channel, handle) });
      this.#pubsub.unsubscribe(id);
    }
  }

  #channel(board: Board, name: string): string {
    return `lb:${this.#deployment.scope}:{${board}}:${name}`;
  }
}
