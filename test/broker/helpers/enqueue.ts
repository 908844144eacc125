import { Connection, type SyncMessage } from "rabbitmq-client";
import { deadLettersQueue, incrementsQueue } from "../../../src/ingest/queues.js";
import {
  graphql,
  updateScore,
  type GraphQLAnswer,
  type IncrementArguments,
  type RestAnswer,
  type Target,
} from "../../helpers/requests.js";

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
