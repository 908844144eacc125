import { CombinedGraphQLErrors, type TypedDocumentNode } from "@apollo/client";
import type { StandingsClient } from "../client/apollo.js";
import { fullJitter } from "../client/backoff.js";

export interface StreamOptions<Data, Variables> {
  readonly query: TypedDocumentNode<Data, Variables>;
  readonly variables: Variables;
  readonly next: (data: Data) => void;
  /** It ended while the connection stays, and starts again at `retryAt`. */
  readonly ended: (retryAt: number) => void;
  /** The server refuses the variables, and a retry would not help. */
  readonly refused: () => void;
}

/** A subscription that starts again, without limit. */
export interface Stream {
  /** Starts it, or starts it anew. */
  start(): void;
  stop(): void;
}

/**
 * A subscription ends with its connection: then the owner starts it again when `Connection` says so. It may also end
 * alone, by a temporary error or by the server: then it starts itself again, with full jitter.
 */
export function createStream<Data, Variables extends Record<string, unknown>>(
  client: StandingsClient,
  { query, variables, next, ended, refused }: StreamOptions<Data, Variables>,
): Stream {
  let attempt = 0;
  let end = () => {};

  function start() {
    end();
    let stopped = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const subscription = client.subscribe({ query, variables, fetchPolicy: "no-cache" }).subscribe({
      next: ({ data, error }) => {
        if (stopped) return;
        if (data) {
          attempt = 0;
          next(data);
        } else if (isRefusal(error)) {
          end();
          refused();
        }
      },
      // Apollo Client reports every error as a result, errors of the socket included, and then completes.
      complete: () => {
        if (stopped || !client.connection.isOpen) return;
        const wait = fullJitter(attempt++);
        timer = setTimeout(start, wait);
        ended(Date.now() + wait);
      },
    });
    end = () => {
      stopped = true;
      clearTimeout(timer);
      subscription.unsubscribe();
    };
  }

  return { start, stop: () => end() };
}

/** The variables are the only input of the page's operations. */
export function isRefusal(error: unknown): boolean {
  return (
    CombinedGraphQLErrors.is(error) && error.errors.some(({ extensions }) => extensions?.["code"] === "BAD_USER_INPUT")
  );
}
