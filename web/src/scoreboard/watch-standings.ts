import { CombinedGraphQLErrors, type ApolloClient } from "@apollo/client";
import { fullJitter, waitOrOnline } from "../client/backoff.js";
import type { TopScoresUpdatedSubscription } from "../gql/graphql.js";
import { TopScoresDocument, TopScoresUpdatedDocument } from "./operations.js";
import type { StandingsEvent } from "./standings.js";

type Snapshot = TopScoresUpdatedSubscription["topScoresUpdated"];

/**
 * Reports a board's standings until the caller calls the returned function. When the subscription ends (a lost or
 * refused connection, a temporary error, an end by the server), it subscribes again, without limit. The server's first
 * message is always the current snapshot. It stops only when the server refuses the board.
 */
export function watchStandings(
  client: ApolloClient,
  board: string,
  report: (event: StandingsEvent) => void,
): () => void {
  let stopped = false;
  let attempt = 0;
  let unsubscribe = () => {};
  const latest = newestPerFrame(({ revision, topScores }) =>
    report({ type: "snapshot", revision, entries: topScores }),
  );

  function refused() {
    if (stopped) return;
    stop();
    report({ type: "refused" });
  }

  function subscribe() {
    if (stopped) return;
    const subscription = client
      .subscribe({ query: TopScoresUpdatedDocument, variables: { board }, fetchPolicy: "no-cache" })
      .subscribe({
        next: ({ data, error }) => {
          if (stopped) return;
          if (data) {
            attempt = 0;
            latest.push(data.topScoresUpdated);
          } else if (isRefusal(error)) refused();
        },
        // Apollo Client reports every error as a result, errors of the socket included, and then completes.
        complete: resubscribe,
      });
    unsubscribe = () => subscription.unsubscribe();
  }

  function resubscribe() {
    if (stopped) return;
    // Flush first: a snapshot that is shown after "interrupted" would make the page look live again.
    latest.flush();
    report({ type: "interrupted" });
    void waitOrOnline(fullJitter(attempt++)).then(subscribe);
  }

  function stop() {
    stopped = true;
    latest.cancel();
    unsubscribe();
  }

  subscribe();
  // The query needs one round trip, a socket three or four. The query's standings come sooner, but have no revision.
  client.query({ query: TopScoresDocument, variables: { board } }).then(
    ({ data }) => {
      if (!stopped && data) report({ type: "queried", entries: data.topScores });
    },
    (error: unknown) => {
      // The subscription reports all other errors: it uses the same server and tries again.
      if (isRefusal(error)) refused();
    },
  );
  return stop;
}

/** The board id is the only input of the page's operations. */
function isRefusal(error: unknown): boolean {
  return (
    CombinedGraphQLErrors.is(error) && error.errors.some(({ extensions }) => extensions?.["code"] === "BAD_USER_INPUT")
  );
}

/** Shows at most one snapshot per frame, the newest, and none while the page is hidden. A hidden page costs nothing. */
function newestPerFrame(show: (snapshot: Snapshot) => void) {
  let newest: Snapshot | null = null;
  let frame = 0;
  const flush = () => {
    cancelAnimationFrame(frame);
    frame = 0;
    const snapshot = newest;
    newest = null;
    if (snapshot) show(snapshot);
  };
  return {
    push(snapshot: Snapshot) {
      if (newest === null || snapshot.revision > newest.revision) newest = snapshot;
      frame ||= requestAnimationFrame(flush);
    },
    flush,
    cancel() {
      newest = null;
      cancelAnimationFrame(frame);
    },
  };
}
