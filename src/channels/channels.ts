import { RedisPubSub } from "graphql-redis-subscriptions";
import { z } from "zod";
import type { Position } from "../domain/position.js";
import { isBoardId, type Board } from "../domain/board.js";
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
const wireBoard = z.string().refine(isBoardId, "is no board's id");
const wireSynced = z.object({ board: wireBoard, epoch: wholeNumber, revision: wholeNumber });
const wireRequest = z.object({ board: wireBoard });
const wireViewers = z.object({ process: z.string(), viewers: z.array(z.tuple([z.string(), wholeNumber])) });

/** How many viewers a process has, board by board. */
export interface ProcessViewers {
  /** Any text that no other process has. */
  readonly process: string;
  readonly viewers: readonly (readonly [board: string, count: number])[];
}

export interface ChannelsOptions {
  publisher: RedisClient;
  subscriber: RedisClient;
  /** Called with the problem when a channel carried something that is not one of our messages. */
  onGarbage: (channel: string, problem: unknown) => void;
}

interface Subscription {
  readonly name: string;
  readonly handle: (message: unknown) => void;
  channel: string;
  /** RedisPubSub's id for this subscription. */
  id: number;
  ended: boolean;
}

/** Ends a subscription. */
export type Unsubscribe = () => void;

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
  readonly #subscriptions = new Set<Subscription>();

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
    await this.#publish(boardName(board, "top"), { revision, season, changedAt, traceparent, entries: rows });
  }

  async onSnapshot(board: Board, handle: (snapshot: Snapshot) => void): Promise<Unsubscribe> {
    // Branding without parsing is safe: a process of this service wrote every number and id in the snapshot.
    return this.#subscribe(boardName(board, "top"), wireSnapshot, (wire) => {
      const entries = wire.entries.map((row) => ({ board, ...row }));
      handle({ board, ...wire, entries } as unknown as Snapshot);
    });
  }

  /** Says that a board changed but its top scores did not. */
  async publishRevision(board: Board, revision: Revision): Promise<void> {
    await this.#publish(boardName(board, "revision"), { revision });
  }

  async onRevision(board: Board, handle: (revision: Revision) => void): Promise<Unsubscribe> {
    const name = boardName(board, "revision");
    return this.#subscribe(name, wireRevision, ({ revision }) => handle(revision as Revision));
  }

  /** Tells the leader that a board needs it: it is closed, its definition has changed, or its season is to end. */
  async requestWork(board: Board): Promise<void> {
    await this.#publish("work", { board });
  }

  async onWork(handle: (board: Board) => void): Promise<Unsubscribe> {
    return this.#subscribe("work", wireRequest, ({ board }) => handle(board as Board));
  }

  /** Asks the worker not to wait for its interval. */
  async requestSync(board: Board): Promise<void> {
    await this.#publish("sync-request", { board });
  }

  async onSyncRequest(handle: (board: Board) => void): Promise<Unsubscribe> {
    return this.#subscribe("sync-request", wireRequest, ({ board }) => handle(board as Board));
  }

  /** Says up to which position PostgreSQL holds a board's changes. */
  async publishSynced(board: Board, { epoch, revision }: Position): Promise<void> {
    await this.#publish("synced", { board, epoch, revision });
  }

  async onSynced(handle: (board: Board, position: Position) => void): Promise<Unsubscribe> {
    return this.#subscribe("synced", wireSynced, ({ board, epoch, revision }) =>
      handle(board as Board, { epoch, revision: revision as Revision }),
    );
  }

  /** Tells the other processes how many viewers this one has. */
  async publishViewers({ process, viewers }: ProcessViewers): Promise<void> {
    await this.#publish("viewers", { process, viewers });
  }

  async onViewers(handle: (message: ProcessViewers) => void): Promise<Unsubscribe> {
    return this.#subscribe("viewers", wireViewers, handle);
  }

  async #publish(name: string, message: object): Promise<void> {
    await this.#pubsub.publish(this.#channel(name), message);
  }

  /** Resolves when the subscription stands: later messages are not missed. */
  async #subscribe<T>(name: string, schema: z.ZodType<T>, handle: (message: T) => void): Promise<Unsubscribe> {
    const checked = (message: unknown) => {
      const result = schema.safeParse(message);
      if (result.success) handle(result.data);
      else this.#onGarbage(name, result.error);
    };
    const channel = this.#channel(name);
    const id = await this.#pubsub.subscribe(channel, checked);
    const subscription: Subscription = { name, handle: checked, channel, id, ended: false };
    this.#subscriptions.add(subscription);
    return () => {
      if (subscription.ended) return;
      subscription.ended = true;
      this.#subscriptions.delete(subscription);
      this.#pubsub.unsubscribe(subscription.id);
    };
  }

  /**
   * Moves to the channels of the agreed id. Subscribes before it unsubscribes: the connection must not leave that mode.
   */
  async #move(): Promise<void> {
    for (const subscription of [...this.#subscriptions]) {
      const channel = this.#channel(subscription.name);
      if (channel === subscription.channel || hasEnded(subscription)) continue;
      const id = await this.#pubsub.subscribe(channel, subscription.handle);
      // It may have ended meanwhile.
      const left = hasEnded(subscription) ? id : subscription.id;
      Object.assign(subscription, { channel, id });
      this.#pubsub.unsubscribe(left);
    }
  }

  #channel(name: string): string {
    return `lb:${this.#deployment.scope}:${name}`;
  }
}

/** A call, because the compiler does not know that it may change during an await. */
function hasEnded({ ended }: Subscription): boolean {
  return ended;
}

function boardName(board: Board, name: string): string {
  return `{${board}}:${name}`;
}
