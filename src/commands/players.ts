import { randomUUID } from "node:crypto";
import { authorizeProfile } from "../auth/permissions.js";
import { requireAuthenticated, type Viewer } from "../auth/roles.js";
import { StandingsError } from "../domain/errors.js";
import { parseUserId, type UserId } from "../domain/player.js";
import { parseProfileChange, type Player, type ProfileChange, type ProfileInput } from "../domain/profile.js";
import type { PlayerProfiles } from "../feed/player-profiles.js";
import type { PlayerRegister } from "../ledger/player-register.js";
import type { RequestLog } from "../observability/sampled-log.js";
import type { KeptProfiles } from "../standings/kept-profiles.js";
import type { SubjectLimits } from "../standings/subject-limits.js";
import { FairQueue } from "./fair-queue.js";

export interface PlayersOptions {
  profiles: PlayerProfiles;
  register: PlayerRegister;
  kept: KeptProfiles;
  limits: SubjectLimits;
  log: RequestLog;
}

/** A profile as a transport received it: the types are right, the values are not checked. */
export interface PlayerInput extends ProfileInput {
  readonly userId: string;
}

/** Each change holds one of the pool's connections for some milliseconds. */
const changeLimits = {
  concurrency: 2,
  concurrencyPerCaller: 2,
  maxWaiting: 1_000,
  maxWaitingPerCaller: 100,
  timeoutMs: 3_000,
};

/** Players and their profiles, which anybody may see. */
export class Players {
  readonly #options: PlayersOptions;
  readonly #turns = new FairQueue(changeLimits);

  constructor(options: PlayersOptions) {
    this.#options = options;
  }

  /** Any player, with or without a score or a profile; at once when it is known. @throws StandingsError `badInput` */
  read(userId: string): Player | Promise<Player> {
    return this.#options.profiles.of(parseUserId(userId));
  }

  /** The player of a row. */
  of(userId: UserId): Player | Promise<Player> {
    return this.#options.profiles.of(userId);
  }

  /**
   * Changes a player's profile: what is left out stays, null clears. Every change of a profile goes this way.
   *
   * @throws StandingsError `unauthenticated`, `forbidden`, `badInput` naming the field, `rateLimited`, `overloaded`,
   * `storeFailed`
   */
  async set(viewer: Viewer, { userId: id, ...input }: PlayerInput): Promise<Player> {
    const { limits } = this.#options;
    const authenticated = requireAuthenticated(viewer);
    const { subject, role } = authenticated;
    const userId = parseUserId(id);
    authorizeProfile(authenticated, userId);
    const change = parseProfileChange(input);
    await limits.take(subject, role === "player" ? "player" : "service");
    return this.#turns.run(subject, () => this.#set(userId, change, role === "admin" ? subject : undefined));
  }

  async #set(userId: UserId, change: ProfileChange, admin: string | undefined): Promise<Player> {
    const { kept, register, profiles, log } = this.#options;
    const token = randomUUID();
    await kept.mark(userId, token).catch((error: unknown) => {
      throw new StandingsError("storeFailed", { cause: error });
    });
    const profile = await register.set(userId, change, admin);
    // The mark makes the other processes ask PostgreSQL until Redis has the profile.
    await kept
      .keepChanged(userId, profile, token)
      .catch((error: unknown) => log.warn({ err: error }, "Redis did not keep a player's profile"));
    return profiles.learn(userId, profile);
  }
}
