import { useEffect, useState } from "react";
import type { StandingsClient } from "../client/apollo.js";
import { PlaygroundBoardsDocument } from "./operations.js";

interface BoardChoiceProps {
  readonly client: StandingsClient;
  readonly board: string;
  readonly choose: (board: string) => void;
}

interface Board {
  readonly id: string;
  readonly title: string;
}

/** A choice among the boards of this server, read anew whenever somebody turns to it: mutations may have made some. */
export function BoardChoice({ client, board, choose }: BoardChoiceProps) {
  const [boards, setBoards] = useState<readonly Board[]>([{ id: board, title: board }]);
  const read = async () => {
    const { data } = await client.query({ query: PlaygroundBoardsDocument });
    if (data) setBoards(data.boards.edges.map(({ node }) => node));
  };
  // The board below says what is wrong with the connection.
  const readQuietly = () => void read().catch(() => undefined);
  useEffect(readQuietly, [client]);
  return (
    <label className="playground-choice">
      Board
      <select value={board} onFocus={readQuietly} onChange={({ target }) => choose(target.value)}>
        {boards.map(({ id, title }) => (
          <option key={id} value={id}>
            {title}
          </option>
        ))}
      </select>
    </label>
  );
}
