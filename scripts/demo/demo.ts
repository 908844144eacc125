import { randomBytes } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { build, isBuildCurrent } from "../build-steps.js";
import { runProgram } from "../run-program.js";
import { signToken } from "../sign-token.js";
import { SimulatedPlayers } from "../simulated-players.js";
import { projectRoot, startPostgres, startRedis } from "../stack.js";
import { isErrno } from "../stack/ports.js";
import { endLeftover } from "../stack/server-process.js";
import type { DemoOptions } from "./options.js";
import { choosePort, demoHost, startStandingsServer } from "./standings-server.js";
import { welcome } from "./welcome.js";

/** Something that the demo has started, and that may end by itself. */
interface Part {
  readonly exited: Promise<string>;
  failure(what: string): Promise<Error>;
  stop(): Promise<void>;
}

const usualPort = 4000;
const usualOpsPort = 4001;
const daySeconds = 24 * 60 * 60;

/** Everything that `npm run demo` runs. */
export class Demo {
  readonly #stores: Part[] = [];
  #server: Part | undefined;
  #players: SimulatedPlayers | undefined;

  /** @param signal ends a start that is under way */
  constructor(
    private readonly dir: string,
    private readonly options: DemoOptions,
    private readonly signal: AbortSignal,
  ) {}

  async start(): Promise<void> {
    const { dir, options, signal } = this;
    const port = await choosePort(options.port, usualPort);
    const opsPort = await choosePort(undefined, usualOpsPort, port);
    if (options.fresh) await this.#forget();
    await mkdir(dir, { recursive: true });
    const redisUrl = options.redisUrl ?? (await this.#startRedis());
    const databaseUrl = options.databaseUrl ?? (await this.#startPostgres());
    await this.#migrate(databaseUrl);
    await this.#build();
    const jwtSecret = await this.#readSecret();
    say("Starting the server…");
    this.#server = await startStandingsServer({ dir, port, opsPort, redisUrl, databaseUrl, jwtSecret, signal });
    if (!options.quiet) this.#players = play(port, jwtSecret);
    const token = signToken({ secret: jwtSecret, subject: "user123", role: "player", expiresInSeconds: daySeconds });
    const keptHere = options.redisUrl === undefined && options.databaseUrl === undefined;
    const logFile = relative(process.cwd(), join(dir, "standings.log"));
    console.log(welcome({ host: demoHost, port, opsPort, token, logFile, keptHere }));
  }

  /** Fails when the signal comes, or when a part ends by itself. */
  async untilFailure(): Promise<never> {
    const parts = [...this.#stores, ...(this.#server === undefined ? [] : [this.#server])];
    const failures = parts.map(async (part) => {
      const how = await part.exited;
      throw await part.failure(`ended (${how})`);
    });
    return Promise.race([...failures, rejectWhenAborted(this.signal)]);
  }

  /** The server drains into the stores, so that they stop after it; its players go with it, before they miss it. */
  async stop(): Promise<void> {
    await Promise.all([this.#server?.stop(), this.#players?.stop()]);
    await Promise.all(this.#stores.map((store) => store.stop()));
  }

  async #forget(): Promise<void> {
    say("Forgetting the scores of earlier runs…");
    // A demo that was killed may have left servers that are still stopping; they would write into the new folder.
    const records = [this.dir, this.#redisDir, this.#postgresDir].map((folder) => join(folder, "server-process"));
    await Promise.all(records.map((record) => endLeftover(record, "SIGKILL")));
    await rm(this.dir, { recursive: true, force: true });
  }

  async #startRedis(): Promise<string> {
    this.signal.throwIfAborted();
    say("Starting Redis…");
    const redis = await startRedis({ dir: this.#redisDir, persistent: true, log: say });
    this.#stores.push(redis);
    return redis.url;
  }

  async #startPostgres(): Promise<string> {
    this.signal.throwIfAborted();
    say("Starting PostgreSQL…");
    const postgres = await startPostgres({ dir: this.#postgresDir, log: say });
    this.#stores.push(postgres);
    return postgres.url;
  }

  async #migrate(databaseUrl: string): Promise<void> {
    say("Migrating the database…");
    await runProgram("The migration", ["--import", "tsx", "scripts/migrate.ts"], {
      cwd: projectRoot,
      env: { ...process.env, DATABASE_URL: databaseUrl },
      signal: this.signal,
      output: "on failure",
    });
  }

  async #build(): Promise<void> {
    if (await isBuildCurrent(projectRoot)) return;
    say("Building the service and the page…");
    await build(projectRoot, { signal: this.signal, output: "on failure" });
  }

  /** The same at every start, so that tokens of yesterday's demo still count. */
  async #readSecret(): Promise<string> {
    const path = join(this.dir, "jwt-secret");
    try {
      return (await readFile(path, "utf8")).trim();
    } catch (error) {
      if (!isErrno(error, "ENOENT")) throw error;
      const secret = randomBytes(32).toString("hex");
      await writeFile(path, `${secret}\n`, { mode: 0o600 });
      return secret;
    }
  }

  get #redisDir(): string {
    return join(this.dir, "redis");
  }

  get #postgresDir(): string {
    return join(this.dir, "postgres");
  }
}

function play(port: number, jwtSecret: string): SimulatedPlayers {
  const expiresInSeconds = 30 * daySeconds; // longer than any demo runs
  const token = signToken({ secret: jwtSecret, subject: "simulated-players", role: "service", expiresInSeconds });
  return new SimulatedPlayers({ url: `http://${demoHost}:${port}/api/v1/scores/update`, token, log: say });
}

function rejectWhenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
    if (signal.aborted) reject(signal.reason as Error);
  });
}

function say(line: string): void {
  console.log(line);
}
