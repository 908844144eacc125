import { Players } from "../commands/players.js";
import { PlayerProfiles } from "../feed/player-profiles.js";
import { ProfileSource } from "../feed/profile-source.js";
import type { Database } from "../ledger/database.js";
import { PlayerRegister } from "../ledger/player-register.js";
import { KeptProfiles } from "../standings/kept-profiles.js";
import { SubjectLimits } from "../standings/subject-limits.js";
import type { Foundation } from "./foundation.js";
import type { Standings } from "./standings.js";

/** A new name shows on open boards within a second: this is the most of it, and the rest is one read. */
const followIntervalMs = 250;

/** Players' profiles: who may change them, and what all others are shown. */
export function createPlayers({ config, reader, logger, log }: Foundation, { writer }: Standings, database: Database) {
  const register = new PlayerRegister(database);
  const kept = new KeptProfiles(reader.client);
  const source = new ProfileSource(kept, register, logger);
  const profiles = new PlayerProfiles(source, kept, { intervalMs: followIntervalMs, logger });
  const limits = new SubjectLimits(writer.client, config.rateLimits);
  return { players: new Players({ profiles, register, kept, limits, log }), profiles };
}
