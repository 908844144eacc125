import { maxLifetimeSeconds } from "../../auth/verified-tokens.js";
import { isUserId, type UserId } from "../../domain/player.js";
import { isRole, roles, type Role } from "../../domain/role.js";
import { UsageError } from "./command.js";

const secondsPerUnit: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

export const longestLifetime = `${maxLifetimeSeconds / 86_400}d`;

/** @throws UsageError */
export function parseSubject(sub: string | undefined): UserId {
  if (sub !== undefined && isUserId(sub)) return sub;
  throw new UsageError("--sub must be 1 to 255 characters, none of them a control character");
}

/** @throws UsageError */
export function parseRole(role: string | undefined): Role {
  if (role !== undefined && isRole(role)) return role;
  throw new UsageError(`--role must be one of ${roles.join(", ")}`);
}

/**
 * The seconds of a time such as 15m.
 *
 * @throws UsageError
 */
export function parseLifetime(expires: string): number {
  const [, amount, unit] = /^(\d{1,9})([smhd])$/.exec(expires) ?? [];
  const seconds = secondsPerUnit[unit ?? ""];
  if (seconds === undefined || Number(amount) === 0) throw new UsageError("--expires must be a time such as 15m or 1h");
  const lifetime = Number(amount) * seconds;
  if (lifetime > maxLifetimeSeconds) throw new UsageError(`--expires must be at most ${longestLifetime}`);
  return lifetime;
}
