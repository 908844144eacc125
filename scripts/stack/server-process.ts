import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { freezeTree, killTree, sendSignal, thawTree, untilGone } from "./process-tree.js";
import { readProcessRecord, writeProcessRecord } from "./process-lock.mjs";
import { readLastLines } from "./log-file.js";
import { startWatchdog, type Watchdog } from "./watchdog.js";

export interface ServerCommand {
  /** The name in messages: "Redis", "PostgreSQL". */
  name: string;
  command: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  cwd: string;
  uid?: number;
  gid?: number;
  /**
   * Receives the server's standard output and error. A pipe would stall the server whenever this process is busy.
   * Without a file, both go to ours.
   */
  logFile?: string;
  /** The flag for opening the log file: "a" keeps the lines of earlier runs, "w" starts anew. */
  logFlags?: "a" | "w";
  /** Remembers the process, in case both this process and the watchdog are killed. */
  recordFile: string;
  stopSignal: NodeJS.Signals;
}

const stopTimeoutMs = 10_000;

/**
 * A server that lives no longer than this process. It has its own session, so that Ctrl-C in a terminal reaches only
 * this process, which decides the order of stopping.
 */
export class ServerProcess {
  readonly pid: number;
  /** Fulfils, never rejects, with how the process ended: "exit code 1" or "signal SIGKILL". */
  readonly exited: Promise<string>;
  readonly #watchdog: Watchdog;
  #running = true;

  /** Fails when the program can't be executed, not when it ends with an error later. */
  static async start(command: ServerCommand): Promise<ServerProcess> {
    await mkdir(dirname(command.recordFile), { recursive: true });
    const log = await openLog(command);
    try {
      const child = spawn(command.command, command.args, {
        cwd: command.cwd,
        env: command.env,
        stdio: ["ignore", log, log],
        detached: true,
        ...(command.uid === undefined ? {} : { uid: command.uid }),
        ...(command.gid === undefined ? {} : { gid: command.gid }),
      });
      await new Promise<void>((resolve, reject) => {
        child.once("spawn", resolve);
        child.once("error", (cause) =>
          reject(new Error(`Could not start ${command.name}: ${cause.message}`, { cause })),
        );
      });
      return new ServerProcess(child, command);
    } finally {
      if (log !== "inherit") closeSync(log);
    }
  }

  private constructor(
    child: ChildProcess,
    private readonly command: ServerCommand,
  ) {
    if (child.pid === undefined) throw new Error(`${command.name} has no process id`);
    this.pid = child.pid;
    this.#watchdog = startWatchdog(this.pid, command.stopSignal);
    writeProcessRecord(command.recordFile, this.pid);
    this.exited = new Promise((resolve) => {
      child.once("exit", (code, signal) => {
        this.#running = false;
        this.#watchdog.dismiss();
        resolve(signal === null ? `exit code ${code ?? "unknown"}` : `signal ${signal}`);
      });
    });
  }

  get running(): boolean {
    return this.#running;
  }

  /** Asks it to stop in good order, and kills it after ten seconds. May be called at any time. */
  async stop(): Promise<void> {
    if (this.#running) {
      await thawTree(this.pid); // a frozen process would not see the signal
      sendSignal(this.pid, this.command.stopSignal);
      const timer = setTimeout(() => void this.kill(), stopTimeoutMs);
      await this.exited;
      clearTimeout(timer);
    }
    await rm(this.command.recordFile, { force: true });
  }

  /** Ends it and its children at once, as a power cut would. */
  async kill(): Promise<void> {
    if (!this.#running) return;
    await killTree(this.pid);
    await this.exited;
  }

  /** Freezes it and its children: connections stay open and nothing answers. */
  async pause(): Promise<void> {
    if (this.#running) this.#watchdog.noteFrozen(await freezeTree(this.pid));
  }

  async resume(): Promise<void> {
    if (!this.#running) return;
    await thawTree(this.pid);
    this.#watchdog.noteFrozen([]);
  }

  /** An error with what happened and the last lines of the server's log. */
  async failure(what: string): Promise<Error> {
    const { name, logFile } = this.command;
    if (logFile === undefined) return new Error(`${name} ${what}. See above for the reason.`);
    const lines = await readLastLines(logFile, 12);
    return new Error([`${name} ${what}. Its last log lines (${logFile}):`, ...lines].join("\n  "));
  }
}

async function openLog({ logFile, logFlags = "a" }: ServerCommand): Promise<number | "inherit"> {
  if (logFile === undefined) return "inherit";
  await mkdir(dirname(logFile), { recursive: true });
  return openSync(logFile, logFlags);
}

/**
 * Ends a server of an earlier run that outlived both its owner and its watchdog: two servers on one data folder would
 * destroy it. Call it only while holding the folder's lock, as only then no other process can own that server.
 */
export async function endLeftover(recordFile: string, stopSignal: NodeJS.Signals): Promise<void> {
  const record = readProcessRecord(recordFile);
  if (record?.alive) {
    const timer = setTimeout(() => void killTree(record.pid), stopTimeoutMs);
    await thawTree(record.pid);
    sendSignal(record.pid, stopSignal);
    await untilGone([record.pid]);
    clearTimeout(timer);
  }
  await rm(recordFile, { force: true });
}
