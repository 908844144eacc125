import { mainBoard, moreBoards, type DemoBoard } from "./boards.js";
import { demoPlayers } from "./players.js";

export interface ListedBoard {
  readonly id: string;
  readonly title: string;
  readonly playerCount: number;
}

export interface SeedOptions {
  /** The service's address. */
  readonly url: string;
  /** Of the role `admin`. */
  readonly token: string;
  readonly signal: AbortSignal;
}

const requestTimeoutMs = 10_000;

const listBoards = `query ListBoards { boards(first: 10) { edges { node { id title playerCount } } } }`;
const setPlayer = `mutation SetPlayer($input: SetPlayerInput!) { setPlayer(input: $input) { id } }`;
const createBoard = `mutation CreateBoard($input: CreateBoardInput!) { createBoard(input: $input) { id } }`;
const updateBoard = `mutation UpdateBoard($input: UpdateBoardInput!) { updateBoard(input: $input) { id } }`;
const submitChanges = `mutation SubmitChanges($board: ID!, $changes: [ScoreChangeInput!]!) {
  submitChanges(board: $board, changes: $changes) { error { message } }
}`;

/**
 * Makes the demo's boards, and at the first start its players, through the service's own API. A board that is there
 * already, and has players, stays as it is.
 *
 * @returns the service's boards, at most ten of them, the main one first
 */
export async function seed(options: SeedOptions): Promise<ListedBoard[]> {
  const before = await list(options);
  const main = before.find(({ id }) => id === mainBoard.input.id);
  const missing = moreBoards.filter(({ input }) => !before.some(({ id }) => id === input.id));
  if (missing.length === moreBoards.length) {
    await Promise.all(demoPlayers.map((input) => send(options, setPlayer, { input })));
  }
  if (main?.playerCount === 0) {
    await send(options, updateBoard, { input: mainBoard.input });
    await fill(options, mainBoard);
  }
  for (const board of missing) {
    await send(options, createBoard, { input: board.input });
    await fill(options, board);
  }
  const boards = await list(options);
  return boards.sort((one, other) => Number(other.id === mainBoard.input.id) - Number(one.id === mainBoard.input.id));
}

async function list(options: SeedOptions): Promise<ListedBoard[]> {
  const { boards } = await send<{ boards: { edges: { node: ListedBoard }[] } }>(options, listBoards, {});
  return boards.edges.map(({ node }) => node);
}

async function fill(options: SeedOptions, { input, changes }: DemoBoard): Promise<void> {
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
