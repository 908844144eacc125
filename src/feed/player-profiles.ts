import { setImmediate as nextTurn } from "node:timers/promises";
import { LRUCache } from "lru-cache";
import type { UserId } from "../domain/player.js";
import { noProfile, type Player, type Profile } from "../domain/profile.js";
import type { Service } from "../lifecycle.js";
import type { Logger } from "../observability/logger.js";
import type { ChangesPlace, KeptProfiles } from "../standings/kept-profiles.js";
import { Loop } from "../timing/loop.js";
import type { FoundProfiles, ProfileSource } from "./profile-source.js";

export interface PlayerProfilesOptions {
  /** How often to look for changes. */
  intervalMs: number;
  logger: Logger;
}

/** Hears which players may look different from now on. */
export type ProfileListener = (players: ReadonlySet<UserId>) => void;

/** Some 300 bytes each. */
const maxKnown = 50_000;
/** How many profiles one call reads at most. */
const maxPerRead = 1_000;

/**
 * The profiles of players, for all who show them. This process holds those that were asked for, and follows them:
 * changes arrive within the interval, whatever process made them, also when Redis lost something in between. Each
 * process looks at one stream of changes for that, so more boards and viewers cost nothing, and nothing is looked at
 * before the first profile is asked for. While no store can tell, a player is shown as it was known, or without a
 * profile.
 */
export class PlayerProfiles implements Service {
  readonly name = "player-profiles";
  readonly #source: ProfileSource;
  readonly #kept: KeptProfiles;
  readonly #intervalMs: number;
  readonly #logger: Logger;
  readonly #known = new LRUCache<UserId, Player>({ max: maxKnown });
  readonly #reads = new Map<UserId, Promise<Player>>();
  /** Known players, or players that are being read, whose profile may have changed since. */
  readonly #uncertain = new Set<UserId>();
  readonly #listeners = new Set<ProfileListener>();
  readonly #loop: Loop;
  /** What the next call asks for. */
  #asked: UserId[] = [];
  #answer: Promise<FoundProfiles> | undefined;
  #place: ChangesPlace | undefined;
  #version = 0;

  constructor(source: ProfileSource, kept: KeptProfiles, { intervalMs, logger }: PlayerProfilesOptions) {
    this.#source = source;
    this.#kept = kept;
    this.#intervalMs = intervalMs;
    this.#logger = logger;
    this.#loop = new Loop(async () => {
      if (this.#known.size > 0) await this.#follow();
      return intervalMs;
    });
  }

  start(): Promise<void> {
    this.#loop.start(this.#intervalMs);
    return Promise.resolve();
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  /** Grows when some player may look different: what was made of players before may be out of date. */
  get version(): number {
    return this.#version;
  }

  /** A player; at once when it is known. All players that are asked for in a turn of the event loop are read together. */
  of(userId: UserId): Player | Promise<Player> {
    return this.#known.get(userId) ?? this.#reads.get(userId) ?? this.#read(userId);
  }

  /** Calls the listener after each change, until the returned function is called. */
  onChange(listener: ProfileListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Shows a profile that this process has changed, before the stream tells of it. */
  learn(userId: UserId, profile: Profile): Player {
    const player = toPlayer(userId, profile);
    const before = this.#known.peek(userId);
    this.#known.set(userId, player);
    // A read that is under way may bring an older profile, and another process may have made a later change.
    this.#uncertain.add(userId);
    if (!before || !sameProfile(before, player)) this.#tell(new Set([userId]));
    return player;
  }

  #read(userId: UserId): Promise<Player> {
    const read = this.#answerTo(userId).then((found) => {
      this.#reads.delete(userId);
      return this.#take(userId, found);
    });
    this.#reads.set(userId, read);
    return read;
  }

  #answerTo(userId: UserId): Promise<FoundProfiles> {
    if (!this.#answer || this.#asked.length >= maxPerRead) {
      const asked: UserId[] = (this.#asked = []);
      const answer = nextTurn().then(() => {
        if (this.#asked === asked) this.#answer = undefined;
        return this.#source.read(asked);
      });
      this.#answer = answer;
    }
    this.#asked.push(userId);
    return this.#answer;
  }

  /** @returns the player as it is shown from now on */
  #take(userId: UserId, { profiles, uncertain }: FoundProfiles): Player {
    const known = this.#known.peek(userId);
    const profile = profiles.get(userId);
    const changedMeanwhile = this.#uncertain.has(userId);
    if (uncertain.has(userId)) this.#uncertain.add(userId);
    if (known && (!profile || changedMeanwhile)) return known;
    const player = toPlayer(userId, profile ?? noProfile);
    this.#known.set(userId, player);
    return player;
  }

  async #follow(): Promise<void> {
    try {
      const { players, place, incomplete } = await this.#kept.changesSince(this.#place);
      this.#place = place;
      if (incomplete) for (const userId of [...this.#known.keys(), ...this.#reads.keys()]) this.#uncertain.add(userId);
      const forgotten = new Set<UserId>();
      for (const userId of players) {
        // A player that was forgotten for lack of room may still be on a viewer's screen.
        if (this.#known.has(userId) || this.#reads.has(userId)) this.#uncertain.add(userId);
        else forgotten.add(userId);
      }
      if (forgotten.size > 0) this.#tell(forgotten);
    } catch (error) {
      this.#logger.debug({ err: error }, "changes of players' profiles can't be read; trying again");
    }
    await this.#confirm();
  }

  /** Reads again what may have changed. */
  async #confirm(): Promise<void> {
    const due = [...this.#uncertain].filter((userId) => !this.#reads.has(userId));
    for (let at = 0; at < due.length; at += maxPerRead) {
      const players = due.slice(at, at + maxPerRead);
      for (const userId of players) this.#uncertain.delete(userId);
      const found = await this.#source.read(players);
      const changed = new Set<UserId>();
      for (const userId of players) {
        const before = this.#known.peek(userId);
        const now = this.#take(userId, found);
        if (!before || !sameProfile(before, now)) changed.add(userId);
      }
      if (changed.size > 0) this.#tell(changed);
    }
  }

  #tell(players: ReadonlySet<UserId>): void {
    this.#version += 1;
    for (const listener of this.#listeners) listener(players);
  }
}

function toPlayer(id: UserId, { displayName, avatarUrl, country }: Profile): Player {
  return { id, displayName, avatarUrl, country };
}

function sameProfile(a: Profile, b: Profile): boolean {
  return a.displayName === b.displayName && a.avatarUrl === b.avatarUrl && a.country === b.country;
}
