import { expect } from "vitest";
import type { Entry } from "./requests.js";
import type { Message, Result, SocketClient } from "./socket-client.js";

/** A message of `topScoresUpdated`. */
export interface Update {
  board: string;
  revision: number;
  topScores: Entry[];
}

export const subscription = /* GraphQL */ `
  subscription ($board: ID! = "main", $limit: Int! = 10) {
    topScoresUpdated(board: $board, limit: $limit) {
      board
      revision
      topScores {
        rank
        userId
        score
      }
    }
  }
`;

function updateOf(message: Message): Update {
  expect(message).toMatchObject({ type: "next", payload: { data: { topScoresUpdated: {} } } });
  return (message.payload as Result).data?.topScoresUpdated as Update;
}

export async function nextUpdate(socket: SocketClient): Promise<Update> {
  return updateOf(await socket.next());
}

/** All updates up to the first with this revision or a later one. */
export async function updatesUntil(socket: SocketClient, revision: number): Promise<Update[]> {
  const messages = await socket.nextUntil((message) => updateOf(message).revision >= revision);
  return messages.map(updateOf);
}
