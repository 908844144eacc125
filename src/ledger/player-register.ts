import pLimit from "p-limit";
import { StandingsError } from "../domain/errors.js";
import type { UserId } from "../domain/player.js";
import type { Profile, ProfileChange, ProfileList, StoredProfile } from "../domain/profile.js";
import type { Prisma } from "#prisma-client";
import { recordAct } from "./audit-log.js";
import type { Database } from "./database.js";

interface Row extends Profile {
  readonly updatedAt: Date;
}

const columns = { displayName: true, avatarUrl: true, country: true, updatedAt: true } as const;

/** The profiles of players in PostgreSQL, which is the truth about them. A player that cleared its profile has a row. */
export class PlayerRegister implements ProfileList {
  readonly #database: Database;
  /** One query at a time: who reads profiles must leave connections to others. */
  readonly #turn = pLimit(1);

  constructor(database: Database) {
    this.#database = database;
  }

  async read(players: readonly UserId[]): Promise<ReadonlyMap<UserId, StoredProfile>> {
    const rows = await this.#turn(async () => {
      const { player } = await this.#database.connect();
      return player.findMany({ where: { userId: { in: [...players] } }, select: { userId: true, ...columns } });
    });
    return new Map(rows.map(({ userId, ...row }) => [userId as UserId, toProfile(row)]));
  }

  /**
   * Changes a profile, in one transaction. Changes of one player happen one after another.
   *
   * @param actor the admin who does so; the audit log gets a row. Undefined: the log has no such rows
   * @returns the whole profile after the change
   * @throws StandingsError `storeFailed`; the change may have been made nevertheless
   */
  async set(userId: UserId, change: ProfileChange, actor: string | undefined): Promise<StoredProfile> {
    try {
      const prisma = await this.#database.connect();
      return await prisma.$transaction(async (transaction) => {
        const before = await lockRow(transaction, userId);
        // Versions grow also where a clock is behind the one of the change before.
        const updatedAt = new Date(Math.max(Date.now(), before.updatedAt.getTime() + 1));
        const data = { ...change, updatedAt };
        const after = await transaction.player.update({ where: { userId }, data, select: columns });
        if (actor !== undefined) {
          const audited = { userId, before: logged(before), after: logged(after) };
          await recordAct(transaction, { actor, action: "set_player", reason: undefined, ...audited });
        }
        return toProfile(after);
      });
    } catch (error) {
      throw new StandingsError("storeFailed", {
        message: "The players' storage does not answer. Try again shortly.",
        cause: error,
      });
    }
  }
}

/** Makes the row if there is none, and holds it until the end of the transaction. */
function lockRow(transaction: Prisma.TransactionClient, userId: UserId): Promise<Row> {
  return transaction.player.upsert({
    where: { userId },
    create: { userId, updatedAt: new Date(0) },
    update: { userId },
    select: columns,
  });
}

function logged({ displayName, avatarUrl, country }: Row): Profile {
  return { displayName, avatarUrl, country };
}

function toProfile({ updatedAt, ...profile }: Row): StoredProfile {
  return { ...profile, version: updatedAt.getTime() };
}
