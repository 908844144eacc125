import {
  codeOf,
  graphql,
  updateScore,
  type AnsweredError,
  type ChangeResult,
  type Entry,
  type Target,
} from "./requests.js";
import { SocketClient, type Result } from "./socket-client.js";

export interface BatchedChange {
  userId: string;
  increment?: number | null;
  score?: number | null;
  idempotencyKey?: string | null;
}

/** The answer to a batch, the same for all transports: one result a change, or one error for the whole. */
export interface BatchAnswer {
  readonly results: ChangeResult[] | undefined;
  /** REST has no codes for errors of the whole, so this is its status. */
  readonly error: { readonly code: string | number; readonly message: string } | undefined;
}

export interface BatchTarget extends Target {
  readonly wsUrl: string;
}

/** @param batch `changes`, and the board where it is not `main` */
export type SendBatch = (target: BatchTarget, token: string | undefined, batch: Batch) => Promise<BatchAnswer>;

export interface Batch {
  board?: string;
  changes: readonly BatchedChange[];
}

const mutation = /* GraphQL */ `
  mutation ($board: ID! = "main", $changes: [ScoreChangeInput!]!) {
    submitChanges(board: $board, changes: $changes) {
      userId
      entry {
        userId
        score
        rank
      }
      revision
      error {
        code
        message
        retryAfter
      }
    }
  }
`;

export const batchTransports: Record<"GraphQL" | "WebSocket" | "REST", SendBatch> = {
  GraphQL: async (target, token, batch) =>
    toBatchAnswer(await graphql(target, { query: mutation, variables: batch, token })),
  WebSocket: async ({ wsUrl }, token, batch) => {
    const socket = await SocketClient.connect(wsUrl, token);
    try {
      return toBatchAnswer(await socket.request(mutation, batch));
    } finally {
      socket.close();
    }
  },
  REST: async (target, token, batch) => {
    const { status, body } = await updateScore(target, { ...batch, authToken: token }, {}, "batch");
    if (status !== 200) return { results: undefined, error: { code: status, message: body.message } };
    return { results: body.results, error: undefined };
  },
};

interface GraphQLResult {
  userId: string;
  entry: Entry | null;
  revision: number | null;
  error: { code: string; message: string; retryAfter: number | null } | null;
}

/** Writes GraphQL's answer as REST would. */
function toBatchAnswer(answer: Result): BatchAnswer {
  const [error]: (AnsweredError | undefined)[] = answer.errors ?? [];
  if (error) return { results: undefined, error: { code: codeOf(answer) ?? "", message: error.message } };
  const results = answer.data?.submitChanges as GraphQLResult[];
  return { results: results.map(toResult), error: undefined };
}

function toResult({ userId, entry, revision, error }: GraphQLResult): ChangeResult {
  if (!error) {
    if (entry?.userId !== userId || revision === null) throw new Error("a result has neither an entry nor an error");
    return { userId, score: entry.score, rank: entry.rank, revision };
  }
  if (entry !== null || revision !== null) throw new Error("a result has an entry and an error");
  const { code, message, retryAfter } = error;
  return { userId, code, message, ...(retryAfter !== null && { retryAfter }) };
}
