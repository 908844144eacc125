import { fullJitter } from "../client/backoff.js";
import type { Clock } from "../client/clock.js";
import type { Confirmed, Press, Refusal } from "./press.js";
import type { KeptPresses } from "./kept-presses.js";
import { lostConnection, verdictOn, type PressResult } from "./press-result.js";

export type QueuePhase =
  | { readonly kind: "idle" }
  | { readonly kind: "sending" }
  /** It tries again by itself at `until`. */
  | { readonly kind: "waiting"; readonly until: number; readonly code: string }
  /** It tries again once somebody has signed in. */
  | { readonly kind: "stopped" };

export interface QueueState {
  readonly phase: QueuePhase;
  /** Not answered yet, oldest first, those on their way included. */
  readonly pending: readonly Press[];
  /** Those of `pending` that may have counted already: they were sent, and have no answer. */
  readonly sent: readonly Press[];
  /** Of the answer with the highest revision. */
  readonly confirmed: Confirmed | null;
  /** The newest refusals, newest last. */
  readonly refused: readonly Refusal[];
  /** Whether all presses counted that were made since nothing waited last. */
  readonly allCounted: boolean;
}

export interface PressQueueOptions {
  readonly clock: Clock;
  /** Sends up to 100 presses of one season at once; never rejects. @returns one result a press, in their order */
  readonly send: (presses: readonly Press[]) => Promise<readonly PressResult[]>;
  readonly newKey: () => string;
  /** What waited when the page was left, and where to keep what waits now. */
  readonly kept: Pick<KeptPresses, "read" | "write">;
  readonly random?: () => number;
}

const idle = { kind: "idle" } as const;
/** As many as the server takes in one batch. */
export const mostPending = 100;
const mostRefused = 3;
/** A server forgets a key after 24 hours: then a retry could count twice. */
const oldestMs = 23 * 3_600_000;

/**
 * The changes that a person made on this page, in their order, one request at a time. What has no answer is sent again
 * with its own key until it has one.
 */
export class PressQueue {
  readonly #options: PressQueueOptions;
  readonly #listeners = new Set<() => void>();
  #state: QueueState;
  #attempt = 0;
  #cancelWait = () => {};
  /** Counts the owners: an answer to an earlier one is nobody's. */
  #owner = 0;

  constructor(options: PressQueueOptions) {
    this.#options = options;
    const pending = options.kept.read();
    this.#state = {
      ...{ phase: unsent(pending, options.clock), pending, sent: pending },
      ...{ confirmed: null, refused: [], allCounted: pending.length > 0 },
    };
  }

  readonly state = (): QueueState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** @returns whether there was room for it */
  press(amount: number, season: number | null): boolean {
    const { pending, allCounted } = this.#state;
    if (pending.length >= mostPending) return false;
    const { newKey, clock } = this.#options;
    this.#set({
      pending: [...pending, { key: newKey(), amount, season, at: clock.now() }],
      allCounted: pending.length === 0 || allCounted,
    });
    if (this.#state.phase.kind === "idle") this.#send();
    return true;
  }

  /** Sends at once what waits: the network is back, somebody signed in, or the page was loaded again. */
  retry(): void {
    if (this.#state.phase.kind !== "waiting" && this.#state.phase.kind !== "stopped") return;
    this.#cancelWait();
    this.#send();
  }

  /** Forgets what waits, what was refused, and the answer to what is on its way: these were somebody else's. */
  clear(): void {
    this.stop();
    this.#attempt = 0;
    this.#set({ phase: idle, pending: [], sent: [], confirmed: null, refused: [], allCounted: false });
  }

  /** Ends without forgetting: what waits is sent when the page is loaded again. */
  stop(): void {
    this.#owner += 1;
    this.#cancelWait();
    this.#set({ phase: unsent(this.#state.pending, this.#options.clock) });
  }

  dismissRefusals(): void {
    this.#set({ refused: [] });
  }

  #send(): void {
    const { clock, send } = this.#options;
    this.#refuseOld(clock.now());
    const [first] = this.#state.pending;
    if (first === undefined) return this.#set({ phase: idle });
    const batch = this.#state.pending.filter(({ season }) => season === first.season);
    const owner = this.#owner;
    this.#set({ phase: { kind: "sending" }, sent: [...new Set([...this.#state.sent, ...batch])] });
    void send(batch).then((results) => {
      if (owner === this.#owner) this.#settle(batch, results);
    });
  }

  #settle(batch: readonly Press[], results: readonly PressResult[]): void {
    const verdict = verdictOn(batch, results);
    const { confirmed } = this.#state;
    // A press that counted at an earlier attempt is answered with the score and the revision of then.
    const isNewer = (verdict.confirmed?.revision ?? -1) >= (confirmed?.revision ?? -1);
    this.#finish(verdict.applied, verdict.refused, isNewer ? verdict.confirmed : confirmed);
    if (verdict.applied.length + verdict.refused.length > 0) this.#attempt = 0;
    if (verdict.signIn) this.#set({ phase: { kind: "stopped" } });
    else if (verdict.again) this.#wait(verdict.again.code, verdict.again.retryAfter);
    else this.#send();
  }

  /** A limit says when it has room again; after anything else the waits grow, and differ between pages. */
  #wait(code: string, retryAfter: number | null): void {
    const { clock, random } = this.#options;
    const told = (retryAfter ?? 0) * 1_000;
    const ms = code === "RATE_LIMITED" ? told : told + fullJitter(this.#attempt++, random);
    this.#set({ phase: { kind: "waiting", until: clock.now() + ms, code } });
    this.#cancelWait = clock.after(ms, () => this.#send());
  }

  #refuseOld(now: number): void {
    const old = this.#state.pending.filter(({ at }) => now - at > oldestMs);
    if (old.length === 0) return;
    const message = "It waited for a day, and could count twice by now. It may or may not have counted.";
    const refusals = old.map((press) => ({ press, code: "TOO_OLD", message }));
    this.#finish([], refusals, this.#state.confirmed);
  }

  #finish(applied: readonly Press[], refusals: readonly Refusal[], confirmed: Confirmed | null): void {
    const done = new Set([...applied, ...refusals.map(({ press }) => press)]);
    const isOpen = (press: Press) => !done.has(press);
    const { pending, sent, refused, allCounted } = this.#state;
    this.#set({
      pending: pending.filter(isOpen),
      sent: sent.filter(isOpen),
      confirmed,
      refused: [...refused, ...refusals].slice(-mostRefused),
      allCounted: allCounted && refusals.length === 0,
    });
  }

  #set(changes: Partial<QueueState>): void {
    this.#state = { ...this.#state, ...changes };
    if (changes.pending) this.#options.kept.write(changes.pending);
    for (const listener of this.#listeners) listener();
  }
}

/** Of a queue that sends nothing yet: nobody knows what became of the presses that it was given. */
function unsent(pending: readonly Press[], clock: Clock): QueuePhase {
  return pending.length > 0 ? { kind: "waiting", until: clock.now(), code: lostConnection } : idle;
}
