import { mkdir, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { build, isBuildCurrent } from "../build-steps.js";
import { choosePort } from "../local/choose-port.js";
import { readJwtSecret } from "../local/jwt-secret.js";
import { LocalStores } from "../local/local-stores.js";
import { untilFailure, type Part } from "../local/part.js";
import type { LocalSystem } from "../local/run-locally.js";
import { host } from "../local/service-environment.js";
import { projectRoot } from "../stack.js";
import type { DemoOptions } from "./options.js";
import { seed } from "./seed.js";
import { SimulatedPlayers } from "./simulated-players.js";
import { startStandingsServer } from "./standings-server.js";
import { DemoIssuer } from "./tokens.js";
import { welcome } from "./welcome.js";

const usualPort = 4000;
const usualOpsPort = 4001;

/** Where a demo keeps what it said when it was ready, for a second start beside it. */
export function welcomeFile(dir: string): string {
  return join(dir, "welcome.txt");
}

/** Everything that `npm run demo` runs. */
export class Demo implements LocalSystem {
  readonly #stores: LocalStores;
  #server: Part | undefined;
  #players: SimulatedPlayers | undefined;

  /** @param signal ends a start that is under way */
  constructor(
    private readonly dir: string,
    private readonly options: DemoOptions,
    private readonly signal: AbortSignal,
  ) {
    const { redisUrl, databaseUrl } = options;
    this.#stores = new LocalStores({ dir, redisUrl, databaseUrl, signal });
  }

  async start(): Promise<void> {
    const { dir, options, signal } = this;
    const port = await choosePort(options.port, usualPort);
    const opsPort = await choosePort(undefined, usualOpsPort, port);
    if (options.fresh) {
      console.log("Forgetting the scores of earlier runs…");
      await this.#stores.forget();
    }
    await mkdir(dir, { recursive: true });
    await rm(welcomeFile(dir), { force: true });
    const urls = await this.#stores.start();
    await this.#build();
    const jwtSecret = await readJwtSecret(dir);
    const issuer = new DemoIssuer(jwtSecret);
    const demoTokensFile = await issuer.writePageTokens(dir);
    console.log("Starting the server…");
    this.#server = await startStandingsServer({ dir, port, opsPort, ...urls, jwtSecret, demoTokensFile, signal });
    const url = `http://${host}:${port}`;
    const boards = await seed({ url, token: issuer.seeder(), signal });
    if (!options.quiet) {
      this.#players = new SimulatedPlayers({ url, token: issuer.simulatedPlayers(), log: console.log });
    }
    const keptHere = options.redisUrl === undefined && options.databaseUrl === undefined;
    const logFile = relative(process.cwd(), join(dir, "standings.log"));
    const text = welcome({ host, port, opsPort, token: issuer.guest(), logFile, boards, keptHere });
    await writeFile(welcomeFile(dir), text, { mode: 0o600 });
    console.log(text);
  }

  async untilFailure(): Promise<never> {
    const servers = this.#server === undefined ? [] : [this.#server];
    return untilFailure([...this.#stores.parts, ...servers], this.signal);
  }

  /** Stops the stores last, because the server drains into them. The players stop together with the server. */
  async stop(): Promise<void> {
    await Promise.all([this.#server?.stop(), this.#players?.stop()]);
    await this.#stores.stop();
  }

  async #build(): Promise<void> {
    if (await isBuildCurrent(projectRoot)) return;
    console.log("Building the service and the page…");
    await build(projectRoot, { signal: this.signal, output: "on failure" });
  }
}
