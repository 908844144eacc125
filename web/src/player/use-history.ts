import type { ApolloClient } from "@apollo/client";
import { useCallback, useEffect, useRef, useState } from "react";
import { emptyHistory, withNewest, withOlder, type History, type HistoryPage } from "./history.js";
import { PlayerHistoryDocument } from "./operations.js";

/** The history lags behind the standings by about a second, and a busy player must not cost a request a change. */
const readAfterMs = 1_500;

export interface ShownHistory {
  /** Null until the first page is there. */
  readonly history: History | null;
  /** The history's store does not answer. What is known stays. */
  readonly failed: boolean;
  readonly loading: boolean;
  readonly loadOlder: () => void;
}

/**
 * A player's history: the newest page at once and after each change of the score, older pages on demand, with a bound.
 *
 * @param score the player's newest score: a change of it means that there is more to read
 */
export function useHistory(client: ApolloClient, board: string, userId: string, score: number | null): ShownHistory {
  const [history, setHistory] = useState<History | null>(null);
  const [failed, setFailed] = useState(false);
  const [loading, setLoading] = useState(false);
  const readAt = useRef(0);

  const read = useCallback(
    async (after: string | null): Promise<HistoryPage | null> => {
      const variables = { board, player: userId, after };
      const { data } = await client.query({ query: PlayerHistoryDocument, variables });
      return data?.scoreHistory ? pageOf(data.scoreHistory) : null;
    },
    [client, board, userId],
  );

  useEffect(() => {
    let wanted = true;
    const readNewest = () => {
      if (document.hidden) return;
      readAt.current = Date.now();
      read(null).then(
        (page) => {
          if (!wanted) return;
          setFailed(page === null);
          if (page) setHistory((known) => withNewest(known ?? emptyHistory, page));
        },
        () => {
          if (wanted) setFailed(true);
        },
      );
    };
    const wait = readAt.current === 0 ? 0 : readAfterMs;
    const timer = setTimeout(readNewest, wait);
    document.addEventListener("visibilitychange", readNewest);
    return () => {
      wanted = false;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", readNewest);
    };
  }, [read, score]);

  const older = history?.older ?? null;
  const loadOlder = useCallback(() => {
    if (older === null) return;
    setLoading(true);
    read(older)
      .then(
        (page) => {
          setFailed(page === null);
          if (page) setHistory((known) => (known?.older === older ? withOlder(known, page) : known));
        },
        () => setFailed(true),
      )
      .finally(() => setLoading(false));
  }, [read, older]);

  return { history, failed, loading, loadOlder };
}

interface Connection {
  readonly edges: readonly {
    readonly node: {
      readonly revision: number;
      readonly increment: number;
      readonly score: number;
      readonly occurredAt: string;
    };
  }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor?: string | null | undefined };
}

function pageOf({ edges, pageInfo }: Connection): HistoryPage {
  return {
    events: edges.map(({ node: { revision, increment, score, occurredAt } }) => ({
      ...{ revision, increment, score },
      at: Date.parse(occurredAt),
    })),
    endCursor: pageInfo.endCursor ?? null,
    hasNextPage: pageInfo.hasNextPage,
  };
}
