import type { UserId } from "../domain/player.js";
import { noProfile, type Profile, type ProfileList, type StoredProfile } from "../domain/profile.js";
import type { Logger } from "../observability/logger.js";
import type { KeptProfile, KeptProfiles } from "../standings/kept-profiles.js";
import { within } from "../timing/deadline.js";
import { CoalescedRead } from "./coalesced-read.js";

/** What the stores say of some players. */
export interface FoundProfiles {
  /** A player is missing here when no store could tell. */
  readonly profiles: ReadonlyMap<UserId, Profile>;
  /** Those to ask for again soon: no store could tell, or a change is under way. */
  readonly uncertain: ReadonlySet<UserId>;
}

/** A viewer waits no longer for names. */
const listTimeoutMs = 1_000;
/** After a failure PostgreSQL is left alone for so long. */
const restMs = 500;

/** Reads profiles: from Redis, and what Redis lacks from PostgreSQL, which Redis then keeps, too. Never fails. */
export class ProfileSource {
  readonly #kept: KeptProfiles;
  readonly #logger: Logger;
  /** What the next query asks PostgreSQL for: one is under way at a time, so each takes all that came meanwhile. */
  #wanted = new Set<UserId>();
  readonly #listed: CoalescedRead<ReadonlyMap<UserId, StoredProfile>>;
  #restsUntil = -Infinity;

  constructor(kept: KeptProfiles, list: ProfileList, logger: Logger) {
    this.#kept = kept;
    this.#logger = logger;
    this.#listed = new CoalescedRead(() => {
      const wanted = [...this.#wanted];
      this.#wanted = new Set();
      return list.read(wanted);
    });
  }

  /** One round trip to Redis; one more to PostgreSQL, and one more to Redis, where Redis lacks some. */
  async read(players: readonly UserId[]): Promise<FoundProfiles> {
    const profiles = new Map<UserId, Profile>();
    const uncertain = new Set<UserId>();
    const missing: UserId[] = [];
    const kept = await this.#readKept(players);
    for (const [index, userId] of players.entries()) {
      const each = kept?.[index];
      if (each === "changing") uncertain.add(userId);
      if (each === undefined || each === "changing") missing.push(userId);
      else profiles.set(userId, each);
    }
    if (missing.length === 0) return { profiles, uncertain };
    const listed = await this.#readListed(missing);
    const toKeep = new Map<UserId, StoredProfile>();
    for (const userId of missing) {
      if (!listed) {
        uncertain.add(userId);
        continue;
      }
      const profile = listed.get(userId);
      if (profile) toKeep.set(userId, profile);
      profiles.set(userId, profile ?? noProfile);
    }
    if (kept) this.#keep(toKeep);
    return { profiles, uncertain };
  }

  async #readKept(players: readonly UserId[]): Promise<KeptProfile[] | undefined> {
    try {
      return await this.#kept.read(players);
    } catch (error) {
      this.#logger.debug({ err: error }, "Redis did not tell players' profiles");
      return undefined;
    }
  }

  async #readListed(players: readonly UserId[]): Promise<ReadonlyMap<UserId, StoredProfile> | undefined> {
    if (performance.now() < this.#restsUntil) return undefined;
    for (const userId of players) this.#wanted.add(userId);
    try {
      return await within(listTimeoutMs, this.#listed.get(), tooLate);
    } catch (error) {
      this.#restsUntil = performance.now() + restMs;
      this.#logger.debug({ err: error }, "PostgreSQL did not tell players' profiles");
      return undefined;
    }
  }

  /** A player without a profile is not kept: Redis would fill with everybody who was ever shown. */
  #keep(profiles: ReadonlyMap<UserId, StoredProfile>): void {
    if (profiles.size === 0) return;
    this.#kept
      .keepRead(profiles)
      .catch((error: unknown) => this.#logger.debug({ err: error }, "Redis did not keep players' profiles"));
  }
}

function tooLate(): never {
  throw new Error(`no answer within ${listTimeoutMs} ms`);
}
