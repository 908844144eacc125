import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { readLastLines } from "./log-file.js";
import { findFreePort } from "./ports.js";
import { acquireLock } from "./process-lock.mjs";
import { endLeftover, ServerProcess, type ServerCommand } from "./server-process.js";

/** The differences between Redis and PostgreSQL. */
export interface ServerKind {
  name: string;
  /** The folder of this server alone, for its data, log and lock. */
  dir: string;
  stopSignal: NodeJS.Signals;
  startTimeoutMs: number;
  command(port: number): Pick<ServerCommand, "command" | "args" | "env" | "cwd" | "uid" | "gid">;
  /** Runs before each start, when no other server can be using `dir`. */
  prepare(): Promise<void>;
  /** Whether the server with this `pid`, and not another one, answers on `port`. */
  isReady(port: number, pid: number): Promise<boolean>;
}

const portAttempts = 5;
const pollMs = 5;

/**
 * One private server: at most one process at a time on its folder, always on the same port. It stops when this process
 * ends, whatever ends it (see watchdog.ts).
 */
export class PrivateServer {
  readonly logFile: string;
  #process: ServerProcess | undefined;

  private constructor(
    private readonly kind: ServerKind,
    readonly port: number,
  ) {
    this.logFile = logFileOf(kind);
  }

  /** Starts on `port`. Without `port`: on a free one, and on another if that is taken before the server has it. */
  static async start(kind: ServerKind, port?: number): Promise<PrivateServer> {
    await mkdir(kind.dir, { recursive: true });
    for (let attempt = 1; ; attempt += 1) {
      const server = new PrivateServer(kind, port ?? (await findFreePort()));
      try {
        await server.#launch();
        return server;
      } catch (error) {
        const mayRetry = port === undefined && attempt < portAttempts;
        if (!mayRetry || !(await wasPortTaken(kind))) throw error;
      }
    }
  }

  /** The pid of the newest process, even after it has ended. */
  get pid(): number {
    return this.#current.pid;
  }

  get running(): boolean {
    return this.#current.running;
  }

  /** Fulfils when the current process ends, with how it ended: "exit code 1" or "signal SIGKILL". */
  get exited(): Promise<string> {
    return this.#current.exited;
  }

  /** Stops it in good order. When this returns, the data to keep is on disk. May be called twice. */
  async stop(): Promise<void> {
    await this.#current.stop();
  }

  /** Ends all its processes at once, as a power cut would. Returns when they are gone. */
  async kill(): Promise<void> {
    await this.#current.kill();
  }

  /** Freezes all its processes: connections stay open and nothing answers. */
  async pause(): Promise<void> {
    await this.#current.pause();
  }

  async resume(): Promise<void> {
    await this.#current.resume();
  }

  /** Stops it if it runs, then starts it on the same port and data. Returns when it answers. */
  async restart(): Promise<void> {
    await this.stop();
    await this.#launch();
  }

  /** An error with what happened and the last lines of the server's log. */
  async failure(what: string): Promise<Error> {
    return this.#current.failure(what);
  }

  get #current(): ServerProcess {
    if (this.#process === undefined) throw new Error(`${this.kind.name} was not started`);
    return this.#process;
  }

  async #launch(): Promise<void> {
    const { kind } = this;
    const lock = acquireLock(join(kind.dir, "lock"));
    if (!lock.acquired) throw new Error(`${kind.dir} is in use by process ${lock.heldBy}`);
    const recordFile = join(kind.dir, "server-process");
    let process: ServerProcess;
    try {
      await endLeftover(recordFile, kind.stopSignal);
      await kind.prepare();
      process = await ServerProcess.start({
        name: kind.name,
        logFile: this.logFile,
        recordFile,
        stopSignal: kind.stopSignal,
        ...kind.command(this.port),
      });
    } catch (error) {
      lock.release();
      throw error;
    }
    void process.exited.then(() => lock.release());
    this.#process = process;
    await this.#untilReady(process);
  }

  async #untilReady(process: ServerProcess): Promise<void> {
    const deadline = Date.now() + this.kind.startTimeoutMs;
    // A refused connection does not tell when to try again, hence the polling.
    while (!(await this.kind.isReady(this.port, process.pid))) {
      if (!process.running) throw await process.failure(`ended while starting (${await process.exited})`);
      if (Date.now() > deadline) {
        await process.kill();
        throw await process.failure(`did not answer within ${this.kind.startTimeoutMs / 1000} s`);
      }
      await delay(pollMs);
    }
  }
}

function logFileOf(kind: ServerKind): string {
  return join(kind.dir, "server.log");
}

async function wasPortTaken(kind: ServerKind): Promise<boolean> {
  const lines = await readLastLines(logFileOf(kind), 10);
  return lines.some((line) => /address already in use/i.test(line));
}
