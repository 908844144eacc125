import type { ApolloClient } from "@apollo/client";
import { useEffect, useState } from "react";
import { browserClock } from "../client/clock.js";
import { keepReading } from "./keep-reading.js";
import { PlayerBoardsDocument } from "./operations.js";

/** A board, and the player's rank there; null without a score. */
export interface RankedBoard {
  readonly id: string;
  readonly title: string;
  readonly rank: number | null;
}

/** Ranks on other boards are not pushed. */
const readAgainMs = 30_000;

/** The boards with the player's ranks, as of the last half minute; empty until the server has told. */
export function usePlayerBoards(client: ApolloClient, userId: string): readonly RankedBoard[] {
  const [boards, setBoards] = useState<readonly RankedBoard[]>([]);
  useEffect(() => {
    const reading = keepReading({
      clock: browserClock,
      page: document,
      gapMs: readAgainMs,
      repeats: true,
      read: async (signal) => {
        const { data } = await client.query({ query: PlayerBoardsDocument, variables: { player: userId } });
        if (signal.aborted || !data) return;
        setBoards(
          data.boards.edges.map(({ node: { id, title, entry } }) => ({ id, title, rank: entry?.rank ?? null })),
        );
      },
    });
    return () => reading.stop();
  }, [client, userId]);
  return boards;
}
