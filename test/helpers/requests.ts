import { expect } from "vitest";

/** A running service, or any other server that has an address. */
export interface Target {
  readonly url: string;
}

export interface Entry {
  rank: number;
  userId: string;
  score: number;
}

export interface AnsweredError {
  message: string;
  path?: (string | number)[];
  extensions: { code: string; retryAfter?: number };
}

export interface GraphQLAnswer {
  status: number;
  headers: Headers;
  text: string;
  data?: Record<string, unknown> | null;
  errors?: AnsweredError[];
}

export interface GraphQLRequest {
  query: string;
  variables?: unknown;
  operationName?: string;
  token?: string | undefined;
  headers?: Record<string, string>;
}

/** Sends one GraphQL request over HTTP; the caller judges the answer. */
export async function graphql(target: Target, request: GraphQLRequest): Promise<GraphQLAnswer> {
  const { token, headers = {}, ...body } = request;
  return postGraphQL(target, JSON.stringify(body), { ...authorization(token), ...headers });
}

/** Sends one GraphQL request with this exact body. */
export async function postGraphQL(
  target: Target,
  body: string,
  headers: Record<string, string> = {},
): Promise<GraphQLAnswer> {
  return toAnswer(
    await fetch(`${target.url}/graphql`, {
      method: "POST",
      body,
      headers: { "content-type": "application/json", ...headers },
    }),
  );
}

export async function toAnswer(response: Response): Promise<GraphQLAnswer> {
  const text = await response.text();
  const body = isJson(response) ? (JSON.parse(text) as Pick<GraphQLAnswer, "data" | "errors">) : {};
  return { status: response.status, headers: response.headers, text, ...body };
}

function isJson(response: Response): boolean {
  return response.headers.get("content-type")?.includes("json") ?? false;
}

/** The code of the answer's only error; undefined when there is no error. */
export function codeOf({ errors }: Pick<GraphQLAnswer, "errors">): string | undefined {
  expect(errors?.length ?? 0).toBeLessThanOrEqual(1);
  return errors?.[0]?.extensions.code;
}

export interface IncrementArguments {
  board?: string;
  userId: string;
  scoreIncrement: number;
  idempotencyKey?: string;
}

export interface Increment {
  success: boolean;
  message: string;
  entry: Entry;
  revision: number;
  topScores: Entry[];
}

export const incrementMutation = /* GraphQL */ `
  mutation ($board: ID! = "main", $userId: ID!, $scoreIncrement: SafeInt!, $idempotencyKey: String) {
    incrementScore(board: $board, userId: $userId, scoreIncrement: $scoreIncrement, idempotencyKey: $idempotencyKey) {
      success
      message
      entry {
        rank
        userId
        score
      }
      revision
      topScores {
        rank
        userId
        score
      }
    }
  }
`;

/** An increment over GraphQL, whatever the outcome. */
export function tryIncrement(
  target: Target,
  token: string | undefined,
  variables: IncrementArguments,
): Promise<GraphQLAnswer> {
  return graphql(target, { query: incrementMutation, variables, token });
}

/** An increment over GraphQL that must be accepted. */
export async function increment(target: Target, token: string, variables: IncrementArguments): Promise<Increment> {
  return incrementOf(await tryIncrement(target, token, variables));
}

export function incrementOf({ data, errors }: Pick<GraphQLAnswer, "data" | "errors">): Increment {
  expect(errors).toBeUndefined();
  return data?.incrementScore as Increment;
}

export interface RestAnswer {
  status: number;
  headers: Headers;
  text: string;
  body: {
    success: boolean;
    message: string;
    topScores?: { userId: string; score: number }[];
    id?: string;
    results?: ChangeResult[];
  };
}

/** One request to the REST shim; a string is sent as the exact body. */
export async function updateScore(
  target: Target,
  body: unknown,
  headers: Record<string, string> = {},
  endpoint: "update" | "enqueue" | "batch" | "enqueue/batch" = "update",
): Promise<RestAnswer> {
  const response = await fetch(`${target.url}/api/v1/scores/${endpoint}`, {
    method: "POST",
    body: typeof body === "string" ? body : JSON.stringify(body),
    headers: { "content-type": "application/json", ...headers },
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: JSON.parse(text) as RestAnswer["body"] };
}

/** The result of one change of a batch, as REST gives it. */
export interface ChangeResult {
  userId: string;
  score?: number;
  rank?: number;
  revision?: number;
  id?: string;
  code?: string;
  message?: string;
  retryAfter?: number;
}

/** Every refusal of the REST shim has this form, whatever its status. */
export function expectRefusal({ status, text, body }: RestAnswer, expected: number): void {
  expect({ status, text }).toEqual({
    status: expected,
    text: JSON.stringify({ success: false, message: body.message }),
  });
  expect(body.message).not.toBe("");
}

export function authorization(token: string | undefined): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}
