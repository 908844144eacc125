import type { ApolloClient } from "@apollo/client";
import { useEffect, useState } from "react";
import type { PlayerPageQuery } from "../gql/graphql.js";
import { PlayerPageDocument } from "./operations.js";

/** What is known of the player and the board beside their live rows. */
export type PlayerFacts = PlayerPageQuery;

/** As long as something is missing, it is asked again so often: a season's end takes moments to be written. */
const askAgainMs = 2_000;

/**
 * Reads what changes seldom: profile, rules, ended seasons, other boards. Reads again when another season begins, and
 * keeps what it knows while the server is away.
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
    let wanted = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const later = () => {
      if (wanted) timer = setTimeout(ask, askAgainMs);
    };
    const ask = () => {
      const variables = { board, player: userId };
      client.query({ query: PlayerPageDocument, variables, errorPolicy: "all" }).then(({ data, error }) => {
        if (!wanted) return;
        if (data) setFacts(data);
        if (error) later();
      }, later);
    };
    ask();
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [client, board, userId, season]);
  return facts;
}
