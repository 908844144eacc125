import type { ApolloClient } from "@apollo/client";
import { useCallback, useEffect, useRef, useState } from "react";
import { browserClock } from "../client/clock.js";
import { emptyHistory, withNewest, withOlder, type History, type HistoryPage } from "./history.js";
import { keepReading, type Reading } from "./keep-reading.js";
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
 * A player's history: the newest page at once and soon after changes of the score, older pages on demand, with a bound.
 *
 * @param score the score that the server told last: a change of it means that there is more to read
 */
export function useHistory(client: ApolloClient, board: string, userId: string, score: number | null): ShownHistory {
  const [history, setHistory] = useState<History | null>(null);
  const [failed, setFailed] = useState(false);
  const [loading, setLoading] = useState(false);
  const reading = useRef<Reading | null>(null);
  const readFor = useRef(score);

  const read = useCallback(
    async (after: string | null): Promise<HistoryPage> => {
      const variables = { board, player: userId, after };
      const { data } = await client.query({ query: PlayerHistoryDocument, variables });
      if (!data?.scoreHistory) throw new Error("The history's store does not answer.");
      return pageOf(data.scoreHistory);
    },
    [client, board, userId],
  );

  useEffect(() => {
    const newest = keepReading({
      clock: browserClock,
      page: document,
      gapMs: readAfterMs,
      read: async (signal) => {
        const page = await read(null);
        if (signal.aborted) return;
        setFailed(false);
        setHistory((known) => withNewest(known ?? emptyHistory, page));
      },
      failed: () => setFailed(true),
    });
    reading.current = newest;
    return () => newest.stop();
  }, [read]);

  useEffect(() => {
    if (readFor.current === score) return;
    readFor.current = score;
    reading.current?.ask();
  }, [score]);

  const older = history?.older ?? null;
  const loadOlder = useCallback(() => {
    if (older === null) return;
    setLoading(true);
    read(older)
      .then(
        (page) => setHistory((known) => (known?.older === older ? withOlder(known, page) : known)),
        () => {
          setFailed(true);
          // The newest page tells when the store answers again.
          reading.current?.ask();
        },
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
