import { Connection, type SyncMessage } from "rabbitmq-client";
import { deadLettersQueue, incrementsQueue } from "../../../src/ingest/queues.js";
import {
  graphql,
  updateScore,
  type ChangeResult,
  type GraphQLAnswer,
  type IncrementArguments,
  type RestAnswer,
  type Target,
} from "../../helpers/requests.js";
import type { Batch } from "../../helpers/batches.js";

const mutation = /* GraphQL */ `
  mutation ($board: ID! = "main", $userId: ID!, $scoreIncrement: SafeInt!, $idempotencyKey: String) {
    enqueueIncrement(board: $board, userId: $userId, scoreIncrement: $scoreIncrement, idempotencyKey: $idempotencyKey) {
      accepted
      id
    }
  }
`;

/** Enqueues an increment over GraphQL, whatever the outcome. */
export function enqueue(target: Target, token: string, variables: IncrementArguments): Promise<GraphQLAnswer> {
  return graphql(target, { query: mutation, variables, token });
}

/** Enqueues an increment over REST, whatever the outcome. */
export function enqueueOverRest(
  target: Target,
  token: string | undefined,
  change: object,
  headers: Record<string, string> = {},
): Promise<RestAnswer> {
  return updateScore(target, { ...change, ...(token !== undefined && { authToken: token }) }, headers, "enqueue");
}

const batchMutation = /* GraphQL */ `
  mutation ($board: ID! = "main", $changes: [ScoreChangeInput!]!, $season: Int) {
    enqueueChanges(board: $board, changes: $changes, season: $season) {
      userId
      id
      error {
        code
        message
        retryAfter
      }
    }
  }
`;

/** Enqueues a batch that must be answered. @returns its results, as REST gives them */
export type EnqueueBatch = (target: Target, token: string, batch: Batch) => Promise<ChangeResult[]>;

export const enqueueBatch: Record<"GraphQL" | "REST", EnqueueBatch> = {
  GraphQL: async (target, token, variables) => {
    const { data, errors } = await graphql(target, { query: batchMutation, variables, token });
    if (errors) throw new Error(errors[0]?.message);
    const results = data?.enqueueChanges as { userId: string; id: string | null; error: object | null }[];
    return results.map(({ userId, id, error }) => withoutNulls({ userId, id, ...error }));
  },
  REST: async (target, authToken, batch) => {
    const { status, body } = await updateScore(target, { ...batch, authToken }, {}, "enqueue/batch");
    if (status !== 202 || !body.results) throw new Error(body.message);
    return body.results;
  },
};

function withoutNulls(value: object): ChangeResult {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== null)) as unknown as ChangeResult;
}

export async function scoreOf(target: Target, userId: string, board = "main"): Promise<number | undefined> {
  const query = "query ($board: ID!, $userId: ID!) { playerScore(board: $board, userId: $userId) { score } }";
  const { data } = await graphql(target, { query, variables: { board, userId } });
  return (data?.playerScore as { score: number } | null | undefined)?.score;
}

/** Looks at the queues directly, without the service. */
export class QueueWatch {
  readonly connection: Connection;

  constructor(url: string) {
    this.connection = new Connection({ url, retryLow: 100, retryHigh: 500 });
    this.connection.on("error", () => undefined); // Tests kill brokers; the connection recovers by itself.
  }

  /** The number of waiting messages, without those that a consumer holds. */
  async waiting(queue = incrementsQueue.queue): Promise<number> {
    return (await this.connection.queueDeclare({ queue, passive: true })).messageCount;
  }

  /** Takes a dead letter, if there is one. */
  async takeDeadLetter(): Promise<SyncMessage | undefined> {
    return this.connection.basicGet({ queue: deadLettersQueue.queue, noAck: true });
  }

  /** Puts a message into the queue, as any program with write access can. */
  async publish(body: unknown, messageId?: string): Promise<void> {
    const channel = await this.connection.acquire();
    await channel.confirmSelect();
    const id = messageId === undefined ? {} : { messageId };
    await channel.basicPublish({ routingKey: incrementsQueue.queue, durable: true, ...id }, body);
    await channel.close();
  }

  async stop(): Promise<void> {
    await this.connection.close();
  }
}
