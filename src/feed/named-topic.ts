import type { UserId } from "../domain/player.js";
import { LatestIterator } from "../fanout/latest-iterator.js";
import type { Topic } from "../fanout/topic.js";
import type { PlayerProfiles } from "./player-profiles.js";

/** A topic's value, for viewers that are also shown players' names. */
export interface Named<T> {
  readonly value: T;
  /** How often a player that was shown has got a new profile: one more shows the same value in another way. */
  readonly renames: number;
  /** Whether the value came before, and comes again for its names. */
  readonly isRepeated: boolean;
}

/**
 * A topic for viewers that select players: its newest value comes again when a player that it shows got a new profile.
 * Viewers that select none follow the topic itself, so profiles cost them nothing. It has one subscriber.
 */
export class NamedTopic<T> implements Topic<Named<T>> {
  readonly #topic: Topic<T>;
  readonly #profiles: Pick<PlayerProfiles, "onChange">;
  #newest: Named<T> | undefined;
  #shown: ReadonlySet<UserId> = new Set();
  #renames = 0;

  constructor(topic: Topic<T>, profiles: Pick<PlayerProfiles, "onChange">) {
    this.#topic = topic;
    this.#profiles = profiles;
  }

  /** Says which players the newest message shows. The set may still grow. */
  shows(players: ReadonlySet<UserId>): void {
    this.#shown = players;
  }

  async current(): Promise<Named<T>> {
    return this.#name(await this.#topic.current());
  }

  subscribe(listener: (named: Named<T>) => void): () => void {
    const leave = this.#topic.subscribe((value) => listener(this.#name(value)));
    const ignore = this.#profiles.onChange((players) => {
      if (!this.#newest || ![...players].some((userId) => this.#shown.has(userId))) return;
      this.#renames += 1;
      this.#newest = { value: this.#newest.value, renames: this.#renames, isRepeated: true };
      listener(this.#newest);
    });
    return () => {
      leave();
      ignore();
    };
  }

  isNewer(named: Named<T>, than: Named<T>): boolean {
    if (this.#topic.isNewer(named.value, than.value)) return true;
    return named.renames > than.renames && !this.#topic.isNewer(than.value, named.value);
  }

  changedAt({ value, isRepeated }: Named<T>): number | undefined {
    return isRepeated ? undefined : this.#topic.changedAt(value);
  }

  traceparent({ value, isRepeated }: Named<T>): string | undefined {
    return isRepeated ? undefined : this.#topic.traceparent?.(value);
  }

  [Symbol.asyncIterator](): AsyncIterator<Named<T>> {
    return new LatestIterator(this);
  }

  #name(value: T): Named<T> {
    const named = { value, renames: this.#renames, isRepeated: false };
    if (!this.#newest || this.#topic.isNewer(value, this.#newest.value)) this.#newest = named;
    return named;
  }
}
