import { useEffect, useState } from "react";
import type { StandingsClient } from "../client/apollo.js";
import { WallBoardsDocument } from "./operations.js";

/** New boards appear on a wall that nobody touches for days. */
const readAgainMs = 60_000;

/**
 * The boards to show in turn: the named ones, else all that are open and have players, with `first` before the others.
 * It is `first` alone until the server has answered, and where there is no other.
 */
export function useBoards(client: StandingsClient, named: readonly string[] | null, first: string): readonly string[] {
  const [found, setFound] = useState<readonly string[]>([first]);
  useEffect(() => {
    if (named !== null) return;
    let stopped = false;
    async function read() {
      const { data } = await client.query({ query: WallBoardsDocument });
      if (stopped || !data) return;
      const open = data.boards.edges.map(({ node }) => node).filter((node) => !node.archived && node.playerCount > 0);
      const others = open.map(({ id }) => id).filter((id) => id !== first);
      const boards = others.length < open.length || others.length === 0 ? [first, ...others] : others;
      setFound((was) => (was.join() === boards.join() ? was : boards));
    }
    // The board that is shown says what is wrong with the connection.
    const readQuietly = () => void read().catch(() => undefined);
    readQuietly();
    const timer = setInterval(readQuietly, readAgainMs);
    return () => {
      stopped = true;
      clearInterval(timer);
    };
  }, [client, named, first]);
  return named ?? found;
}
