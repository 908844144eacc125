import { quietly, tabStore, type TabStore } from "./tab-store.js";
import { parseToken, readToken, type TokenFacts } from "./token.js";

/** The token with which this tab writes. */
export interface Session {
  readonly token: string;
  readonly facts: TokenFacts;
}

const key = "standings:token";

/**
 * Who is signed in, in this tab alone: the token lies in `sessionStorage`, which ends with the tab and which no other
 * tab can read, and is removed on sign-out. Where a browser forbids storage, it lives as long as the page.
 */
export class SessionKeeper {
  readonly #store: TabStore | null;
  readonly #listeners = new Set<() => void>();
  #session: Session | null;

  constructor(store: TabStore | null) {
    this.#store = store;
    this.#session = restored(store);
  }

  readonly current = (): Session | null => this.#session;

  /** @returns what ends the listening */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** @throws Error with a sentence for people when the text can't be a token */
  signIn(text: string): void {
    const token = parseToken(text);
    quietly(() => this.#store?.setItem(key, token));
    this.#set({ token, facts: readToken(token) });
  }

  signOut(): void {
    quietly(() => this.#store?.removeItem(key));
    this.#set(null);
  }

  #set(session: Session | null): void {
    this.#session = session;
    for (const listener of this.#listeners) listener();
  }
}

/** The keeper of a page. */
export function createSession(): SessionKeeper {
  return new SessionKeeper(tabStore());
}

/** Headers of a request by whoever is signed in. */
export function headersOf(session: Session | null): Record<string, string> {
  return session === null ? {} : { authorization: `Bearer ${session.token}` };
}

function restored(store: TabStore | null): Session | null {
  const token = quietly(() => store?.getItem(key));
  return token == null ? null : { token, facts: readToken(token) };
}
