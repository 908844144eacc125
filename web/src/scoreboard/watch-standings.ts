import { CombinedGraphQLErrors, type ApolloClient } from "@apollo/client";
import { fullJitter, waitOrOnline } from "../client/backoff.js";
import type { TopScoresUpdatedSubscription } from "../gql/graphql.js";
import { TopScoresDocument, TopScoresUpdatedDocument } from "./operations.js";
import type { StandingsEvent } from "./standings.js";

type Snapshot = TopScoresUpdatedSubscription["topScoresUpdated"];

/**
 * Reports a board's standings until the returned function is called. Whatever ends the subscription (a lost or refused
 * connection, a passing error, the server's own end), it subscribes again, for ever, and the server's first message is
 * the current snapshot. It gives up only when the server refuses the board.
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
        // Apollo Client reports every error, of the socket too, as a result and then completes.
        complete: resubscribe,
      });
    unsubscribe = () => subscription.unsubscribe();
  }

  function resubscribe() {
    if (stopped) return;
    // In this order: a snapshot that still waits for its frame must not make the page look live again.
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
  // One round trip instead of a socket's three or four: the standings are there sooner, and without a revision.
  client.query({ query: TopScoresDocument, variables: { board } }).then(
    ({ data }) => {
      if (!stopped && data) report({ type: "queried", entries: data.topScores });
    },
    (error: unknown) => {
      // Anything else is the subscription's to report: it meets the same server and tries again.
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

/** Hands on at most one snapshot a frame, the newest, and none while the page is hidden; a hidden page costs nothing. */
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
