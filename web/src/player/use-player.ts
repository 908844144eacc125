import type { ApolloClient } from "@apollo/client";
import { useEffect, useState } from "react";
import { browserClock } from "../client/clock.js";
import type { PlayerPageQuery } from "../gql/graphql.js";
import { keepReading } from "./keep-reading.js";
import { PlayerPageDocument } from "./operations.js";

/** What is known of the player and the board beside their live rows. */
export type PlayerFacts = PlayerPageQuery;

/**
 * Reads what changes seldom: profile, rules, ended seasons. Reads again when another season begins and while something
 * is missing (a season's end takes moments to be written), and keeps what it knows while the server is away.
 *
 * @param season the number of the season that runs; null while unknown
 */
export function usePlayer(
  client: ApolloClient,
  board: string,
  userId: string,
  season: number | null,
): PlayerFacts | null {
  const [facts, setFacts] = useState<PlayerFacts | null>(null);
  useEffect(() => {
    const reading = keepReading({
      clock: browserClock,
      page: document,
      read: async (signal) => {
        const variables = { board, player: userId };
        const { data, error } = await client.query({ query: PlayerPageDocument, variables, errorPolicy: "all" });
        if (data && !signal.aborted) setFacts(data);
        // Apollo's type is wider than what it makes: each is an Error.
        if (error instanceof Error) throw error;
      },
    });
    return () => reading.stop();
  }, [client, board, userId, season]);
  return facts;
}
