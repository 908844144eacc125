import { Obstacle } from "../domain/errors.js";
import type { Service } from "../lifecycle.js";
import { LastingTrouble } from "../observability/lasting-trouble.js";
import type { Logger } from "../observability/logger.js";
import { Loop } from "../timing/loop.js";
import { requestKeys } from "./key-request.js";
import type { AuthMetrics } from "./metrics.js";
import { readPublishedKey, type PublishedKey, type WantedKey } from "./published-key.js";

export interface PublishedKeysOptions {
  /** Where the authentication service publishes its JSON Web Key Set. */
  readonly url: string;
  readonly metrics: AuthMetrics;
  readonly logger: Logger;
  /** In milliseconds, of a clock that never goes back. */
  readonly now: () => number;
  /** Between two requests without a reason. Default: 30 s. */
  readonly refreshMs?: number;
  /** Of a request. Default: 3 s, because requests of viewers wait for it. */
  readonly timeoutMs?: number;
}

/** Between the beginnings of two requests, whatever their reasons and outcomes. */
const coolDownMs = 5_000;
const defaultRefreshMs = 30_000;
const defaultTimeoutMs = 3_000;
/** Further keys are ignored. */
const maxKeys = 100;
/** Tokens that don't name their key are tried with at most so many, so that a forged one is not expensive. */
const maxMatches = 4;

const loopbackHosts = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/**
 * The keys that an authentication service publishes now. They are read again every 30 s, and when a token comes that no
 * known key has signed. While the service does not answer, the known keys stay.
 *
 * jose's own remote key set has no pause after a failed request, and forgets its keys when they get old.
 */
export class PublishedKeys implements Service {
  readonly name = "published-keys";
  readonly #url: URL;
  readonly #options: PublishedKeysOptions;
  readonly #trouble: LastingTrouble;
  readonly #loop: Loop;
  readonly #stop = new AbortController();
  #keys: readonly PublishedKey[] = [];
  #request: Promise<void> | undefined;
  #requestedAt = -Infinity;
  /** When the keys were last read, or this object was made. */
  #readAt: number;

  constructor(options: PublishedKeysOptions) {
    const { url, logger, now, metrics, refreshMs = defaultRefreshMs } = options;
    this.#url = new URL(url);
    this.#options = options;
    this.#readAt = now();
    this.#trouble = new LastingTrouble({
      tell: (sentence, error) => logger.warn(error === undefined ? {} : { err: error }, sentence),
      over: () => logger.info("the keys of the authentication service (JWT_JWKS_URL) can be read again"),
      now,
    });
    this.#loop = new Loop(async () => {
      await this.refresh();
      return refreshMs;
    });
    metrics.keyAge.readFrom(() => (now() - this.#readAt) / 1_000);
  }

  /** Does not wait for the service: tokens of the secret are valid without it. */
  start(): Promise<void> {
    const { protocol, hostname } = this.#url;
    if (protocol === "http:" && !loopbackHosts.test(hostname)) {
      this.#options.logger.warn("JWT_JWKS_URL has no TLS: someone in the network could publish keys of their own");
    }
    this.#loop.start();
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.#stop.abort();
    return this.#loop.stop();
  }

  /** The known keys that can have signed a token. */
  matching(wanted: WantedKey): readonly PublishedKey[] {
    return this.#keys.filter((key) => key.matches(wanted)).slice(0, maxMatches);
  }

  /**
   * Reads the keys, unless a request began less than 5 s ago. All callers share a request that is under way. Never
   * rejects: a failure is logged, and changes nothing.
   */
  refresh(): Promise<void> {
    if (this.#request) return this.#request;
    const now = this.#options.now();
    if (this.#stop.signal.aborted || now - this.#requestedAt < coolDownMs) return Promise.resolve();
    this.#requestedAt = now;
    this.#request = this.#read().finally(() => (this.#request = undefined));
    return this.#request;
  }

  async #read(): Promise<void> {
    const { metrics, timeoutMs = defaultTimeoutMs } = this.#options;
    const { keyRequests } = metrics;
    try {
      const members = await requestKeys(this.#url, { timeoutMs, stop: this.#stop.signal });
      await this.#replace(members);
      this.#readAt = this.#options.now();
      keyRequests.inc({ outcome: "read" });
      if (this.#keys.length > 0) this.#trouble.isOver();
      else this.#trouble.is("JWT_JWKS_URL publishes no key that can be used: every token of its service is refused");
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      keyRequests.inc({ outcome: "failed" });
      const because = error instanceof Obstacle ? `: ${error.message}` : "";
      const sentence = `the keys of the authentication service (JWT_JWKS_URL) can't be read${because}`;
      this.#trouble.is(sentence, error instanceof Obstacle ? undefined : error);
    }
  }

  /** Keeps the objects of keys that are still published, because verified tokens are tied to them. */
  async #replace(members: readonly unknown[]): Promise<void> {
    const known = new Map(this.#keys.map((key) => [key.identity, key]));
    const published = new Map<string, PublishedKey>();
    for (const member of members) {
      if (published.size === maxKeys) break;
      const key = await readPublishedKey(member);
      if (key) published.set(key.identity, known.get(key.identity) ?? key);
    }
    for (const [identity, key] of known) key.withdrawn = !published.has(identity);
    this.#keys = [...published.values()];
  }
}
