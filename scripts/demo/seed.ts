import { demoBoards, demoPlayers, type DemoBoard } from "./demo-content.js";

export interface ListedBoard {
  readonly id: string;
  readonly title: string;
}

export interface SeedOptions {
  /** The service's address. */
  readonly url: string;
  /** Of the role `admin`. */
  readonly token: string;
  readonly signal: AbortSignal;
}

const requestTimeoutMs = 10_000;

const listBoards = `query ListBoards { boards(first: 10) { edges { node { id title } } } }`;
const setPlayer = `mutation SetPlayer($input: SetPlayerInput!) { setPlayer(input: $input) { id } }`;
const createBoard = `mutation CreateBoard($input: CreateBoardInput!) { createBoard(input: $input) { id } }`;
const submitChanges = `mutation SubmitChanges($board: ID!, $changes: [ScoreChangeInput!]!) {
  submitChanges(board: $board, changes: $changes) { error { message } }
}`;

/**
 * Makes the demo's boards, and at the first start its players, through the service's own API. A board that is there
 * already stays as it is.
 *
 * @returns the service's boards, at most ten of them
 */
export async function seed(options: SeedOptions): Promise<ListedBoard[]> {
  const before = await list(options);
  const missing = demoBoards.filter(({ input }) => !before.some(({ id }) => id === input.id));
  if (missing.length === 0) return before;
  if (missing.length === demoBoards.length) {
    await Promise.all(demoPlayers.map((input) => send(options, setPlayer, { input })));
  }
  await Promise.all(missing.map((board) => create(options, board)));
  return list(options);
}

async function list(options: SeedOptions): Promise<ListedBoard[]> {
  const { boards } = await send<{ boards: { edges: { node: ListedBoard }[] } }>(options, listBoards, {});
  return boards.edges.map(({ node }) => node);
}

async function create(options: SeedOptions, { input, changes }: DemoBoard): Promise<void> {
  await send(options, createBoard, { input });
  const { submitChanges: results } = await send<{ submitChanges: { error: { message: string } | null }[] }>(
    options,
    submitChanges,
    { board: input.id, changes },
  );
  const error = results.find((result) => result.error)?.error;
  if (error) throw new Error(`The demo's scores for ${input.id} were refused: ${error.message}`);
}

async function send<Data>({ url, token, signal }: SeedOptions, query: string, variables: object): Promise<Data> {
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.any([signal, AbortSignal.timeout(requestTimeoutMs)]),
  });
  const answer = (await response.json()) as { data?: Data | null; errors?: unknown };
  if (answer.errors === undefined && answer.data) return answer.data;
  throw new Error(`The service refused what the demo sent: ${JSON.stringify(answer.errors ?? answer)}`);
}
