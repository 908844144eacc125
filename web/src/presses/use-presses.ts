import type { ApolloClient } from "@apollo/client";
import { useEffect, useMemo, useSyncExternalStore } from "react";
import { browserClock } from "../client/clock.js";
import type { Session, SessionKeeper } from "../client/session.js";
import { tabStore } from "../client/tab-store.js";
import { uniqueKey } from "../client/unique-key.js";
import { KeptPresses } from "./kept-presses.js";
import { PressQueue, type QueueState } from "./press-queue.js";
import type { PressTarget } from "./press.js";
import { sendPresses } from "./send-presses.js";

export interface Presses {
  readonly queue: PressQueue;
  readonly state: QueueState;
}

/** A queue for one player on one board, for whoever is signed in. Another target begins anew. */
export function usePresses(
  client: ApolloClient,
  session: SessionKeeper,
  { board, userId, operator }: PressTarget,
): Presses {
  const queue = useMemo(() => {
    const target = { board, userId, operator };
    return new PressQueue({
      clock: browserClock,
      newKey: uniqueKey,
      kept: new KeptPresses(tabStore(), target, () => subjectOf(session.current())),
      send: (presses) => sendPresses(client, target, session.current(), presses),
    });
  }, [client, session, board, userId, operator]);
  useEffect(() => followOwner(queue, session), [queue, session]);
  useEffect(() => {
    const retry = () => queue.retry();
    retry();
    window.addEventListener("online", retry);
    return () => {
      window.removeEventListener("online", retry);
      queue.stop();
    };
  }, [queue]);
  const state = useSyncExternalStore(queue.subscribe, queue.state);
  const waits = state.pending.length > 0;
  useEffect(() => {
    if (!waits) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [waits]);
  return { queue, state };
}

/**
 * A key protects against counting twice only together with its subject. So a new token of the same subject goes on with
 * what waits; another subject, or none, does not.
 */
function followOwner(queue: PressQueue, session: SessionKeeper): () => void {
  let owner = ownerOf(session.current());
  return session.subscribe(() => {
    const next = ownerOf(session.current());
    if (next === owner) queue.retry();
    else queue.clear();
    owner = next;
  });
}

function ownerOf(session: Session | null): string | null {
  const subject = subjectOf(session);
  return subject === null ? (session?.token ?? null) : `subject ${subject}`;
}

function subjectOf(session: Session | null): string | null {
  return session?.facts.kind === "claims" ? session.facts.subject : null;
}
