import type { ApolloClient } from "@apollo/client";
import { useEffect, useState } from "react";
import { ScoreAtDocument } from "./operations.js";

/** A finger that moves asks nothing; one that rests does. */
const restMs = 150;

/**
 * The score at a time as the server keeps it; undefined until it has answered, null when there was none. What the page
 * has read of the history may lack the newest and the oldest changes: this lacks none.
 */
export function useScoreAt(
  client: ApolloClient,
  board: string,
  userId: string,
  at: number | null,
): number | null | undefined {
  const [answer, setAnswer] = useState<{ at: number; score: number | null } | null>(null);
  useEffect(() => {
    if (at === null) return;
    let wanted = true;
    const timer = setTimeout(() => {
      const variables = { board, player: userId, at: new Date(at).toISOString() };
      client.query({ query: ScoreAtDocument, variables }).then(
        ({ data }) => {
          if (wanted && data) setAnswer({ at, score: data.scoreAt ?? null });
        },
        // The value that the chart shows stays, without the mark that it is exact.
        () => undefined,
      );
    }, restMs);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [client, board, userId, at]);
  return answer !== null && answer.at === at ? answer.score : undefined;
}
