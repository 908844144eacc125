import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { signToken } from "../../src/auth/sign-token.js";
import { guest } from "./players.js";

const daySeconds = 24 * 60 * 60;
/** Longer than any demo runs. */
const longSeconds = 30 * daySeconds;

/** The tokens that the demo makes, all of the secret in its own folder. */
export class DemoIssuer {
  constructor(private readonly secret: string) {}

  /** For the terminal. */
  guest(): string {
    return this.#sign(guest, "player", daySeconds);
  }

  /** For what the demo writes at its start. */
  seeder(): string {
    return this.#sign("demo", "admin", 60);
  }

  simulatedPlayers(): string {
    return this.#sign("simulated-players", "service", longSeconds);
  }

  /**
   * Writes what the pages offer to people on this machine, for DEMO_TOKENS_FILE.
   *
   * @returns the file's path
   */
  async writePageTokens(dir: string): Promise<string> {
    const offered = [
      { label: `${guest}, a player`, token: this.#sign(guest, "player", longSeconds) },
      { label: "ada, a player", token: this.#sign("ada", "player", longSeconds) },
      { label: "game-server, a service", token: this.#sign("game-server", "service", longSeconds) },
      { label: "operator, an admin", token: this.#sign("operator", "admin", longSeconds) },
    ];
    const file = join(dir, "page-tokens.json");
    await writeFile(file, JSON.stringify(offered), { mode: 0o600 });
    return file;
  }

  #sign(subject: string, role: "player" | "service" | "admin", expiresInSeconds: number): string {
    return signToken({ secret: this.secret, subject, role, expiresInSeconds });
  }
}
