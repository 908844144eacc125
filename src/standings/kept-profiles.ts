import { z } from "zod";
import type { UserId } from "../domain/player.js";
import type { Profile, StoredProfile } from "../domain/profile.js";
import type { RedisClient } from "../redis/client.js";
import { keys } from "../redis/keys.js";
import { scripts } from "./scripts.js";

/** What Redis knows of a player's profile. */
export type KeptProfile =
  | StoredProfile
  /** A change is under way, or its outcome is unknown: PostgreSQL is to be asked. */
  | "changing"
  /** Redis has none. PostgreSQL may. */
  | undefined;

/** A place in the stream of changes: the id of its last entry, or that there was none. */
export type ChangesPlace = string;

const emptyStream: ChangesPlace = "";

/** The profiles that changed since a place. */
export interface ProfileChanges {
  readonly players: readonly UserId[];
  /** The place after these changes. */
  readonly place: ChangesPlace;
  /** Whether changes before these may be missing: Redis has lost them, or there were too many. */
  readonly incomplete: boolean;
}

/** More than a process misses between two looks at them. */
const keptChanges = 10_000;

const profileKeys = [keys.players, keys.playerChanges];
const text = z.string().nullable();
const wireProfile = z.tuple([text, text, text]);

/**
 * The profiles of players in Redis: a copy of PostgreSQL's, which may lack any of them, and the changes that processes
 * follow. A change is marked before PostgreSQL makes it, so no crash in between leaves an old profile that looks like the
 * newest.
 */
export class KeptProfiles {
  readonly #client: RedisClient;

  constructor(client: RedisClient) {
    this.#client = client;
  }

  /** One round trip. @returns one answer a player, in their order */
  async read(players: readonly UserId[]): Promise<KeptProfile[]> {
    const found = await this.#client.hmget(keys.players, ...players);
    return found.map((value) => (value === null ? undefined : parseKept(value)));
  }

  /** Says that a profile is about to change. @param token unique to this change */
  async mark(userId: UserId, token: string): Promise<void> {
    await scripts.markProfile.run(this.#client, profileKeys, [userId, token, keptChanges]);
  }

  /** Keeps a profile that was changed, and tells all processes. @param token of its mark */
  async keepChanged(userId: UserId, profile: StoredProfile, token: string): Promise<void> {
    const args = [token, keptChanges, userId, profile.version, formatProfile(profile)];
    await scripts.keepProfiles.run(this.#client, profileKeys, args);
  }

  /** Keeps profiles that PostgreSQL had, unless newer ones are there. At most 1,000 at once. */
  async keepRead(profiles: ReadonlyMap<UserId, StoredProfile>): Promise<void> {
    const each = [...profiles].flatMap(([userId, profile]) => [userId, profile.version, formatProfile(profile)]);
    await scripts.keepProfiles.run(this.#client, profileKeys, ["", keptChanges, ...each]);
  }

  /**
   * The changes after a place. One round trip; more where changes are missing. Redis then may hold old profiles, too (a
   * copy from before), so it forgets all.
   *
   * @param since undefined: no place is known yet
   */
  async changesSince(since: ChangesPlace | undefined): Promise<ProfileChanges> {
    if (since === undefined) return { players: [], place: await this.#newestPlace(), incomplete: true };
    const found = await this.#client.xrange(keys.playerChanges, since === emptyStream ? "-" : since, "+");
    // The last known change must still be there: then none is missing between it and the next.
    const isWhole = since === emptyStream ? found.length < keptChanges : found[0]?.[0] === since;
    if (!isWhole) {
      await this.#client.unlink(keys.players);
      return { players: [], place: await this.#newestPlace(), incomplete: true };
    }
    const changes = since === emptyStream ? found : found.slice(1);
    const players = changes.map(([, fields]) => fields[1] as UserId);
    return { players, place: changes.at(-1)?.[0] ?? since, incomplete: false };
  }

  async #newestPlace(): Promise<ChangesPlace> {
    const [newest] = await this.#client.xrevrange(keys.playerChanges, "+", "-", "COUNT", 1);
    return newest?.[0] ?? emptyStream;
  }
}

function formatProfile({ displayName, avatarUrl, country }: Profile): string {
  return JSON.stringify([displayName, avatarUrl, country]);
}

/** As lua/keep-profiles.lua writes it. A value of another form counts as missing. */
function parseKept(value: string): KeptProfile {
  if (value.startsWith("?")) return "changing";
  const [, version, json] = /^(\d+) (.*)$/s.exec(value) ?? [];
  try {
    const [displayName, avatarUrl, country] = wireProfile.parse(JSON.parse(json ?? ""));
    return { displayName, avatarUrl, country, version: Number(version) };
  } catch {
    return undefined;
  }
}
