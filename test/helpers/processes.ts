import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { inject } from "vitest";
import { projectRoot } from "../../scripts/stack.js";
import { jwtSecret, muchReading } from "./app.js";
import type { Stores } from "./stores.js";
import { waitFor } from "./wait-for.js";

/** An upper bound, not an expected time: several processes that start together on a busy machine are slow. */
const startTimeoutMs = 60_000;

export type Environment = Readonly<Record<string, string>>;

/** The exit code and output of an ended process. */
export interface Outcome {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/**
 * The arguments with which `node` runs a source file. The project's own files (`src/…`, `scripts/…`) were compiled once
 * for the whole run; other files are compiled when they start.
 */
export function sourceArgs(file: string): string[] {
  const isOurs = /^(src|scripts)\//.test(file);
  return isOurs ? [join(inject("programs"), file.replace(/\.ts$/, ".js"))] : ["--import", "tsx", file];
}

/** A program of the project in its own environment: none of our variables leak into it. */
export class Program {
  readonly ended: Promise<Outcome>;
  readonly #child: ChildProcess;
  #stdout = "";
  #stderr = "";

  /** @param args a source file and its arguments */
  constructor(args: readonly string[], env: Environment) {
    const { PATH = "" } = process.env;
    const [source = "", ...others] = args;
    const child = spawn(process.execPath, [...sourceArgs(source), ...others], {
      cwd: projectRoot,
      env: { PATH, ...env },
    });
    child.stdout.on("data", (chunk: Buffer) => (this.#stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (this.#stderr += chunk.toString()));
    this.#child = child;
    this.ended = new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, signal) => resolve({ code, signal, stdout: this.#stdout, stderr: this.#stderr }));
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get stdout(): string {
    return this.#stdout;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Cleans up after a test that failed half-way; harmless when the process has ended by itself. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.ended;
  }
}

export function run(args: readonly string[], env: Environment): Promise<Outcome> {
  return new Program(args, env).ended;
}

export interface LogLine {
  level: number;
  msg: string;
  [field: string]: unknown;
}

export function logLines(stdout: string): LogLine[] {
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as LogLine);
}

export interface ServiceProcess {
  readonly program: Program;
  /** The line that it logged when it began to serve. */
  readonly serving: LogLine;
  readonly url: string;
  readonly wsUrl: string;
  readonly opsUrl: string;
}

export function serviceEnvironment(stores: Stores): Environment {
  return {
    PORT: "0",
    HOST: "127.0.0.1",
    OPS_PORT: "0",
    REDIS_URL: stores.redis.url,
    DATABASE_URL: stores.databaseUrl,
    JWT_SECRET: jwtSecret,
    ...muchReading,
    DRAIN_SECONDS: "0",
    LOAD_SHEDDING: "off",
  };
}

/** Starts `src/main.ts` in a separate process; returns when it is ready. */
export async function startService(stores: Stores, role: string, env: Environment = {}): Promise<ServiceProcess> {
  const program = new Program(["src/main.ts", role], { ...serviceEnvironment(stores), ...env });
  try {
    const serving = await servingLine(program);
    const opsUrl = `http://127.0.0.1:${String(serving.opsPort)}`;
    await waitFor(async () => (await fetch(`${opsUrl}/readyz`)).ok, startTimeoutMs);
    const host = `127.0.0.1:${String(serving.port)}`;
    return { program, serving, url: `http://${host}`, wsUrl: `ws://${host}/graphql`, opsUrl };
  } catch (error) {
    await program.kill();
    throw error;
  }
}

async function servingLine(program: Program): Promise<LogLine> {
  let line: LogLine | undefined;
  await waitFor(() => {
    const complete = program.stdout.slice(0, program.stdout.lastIndexOf("\n") + 1);
    line = logLines(complete).find(({ opsPort }) => opsPort !== undefined);
    return line !== undefined;
  }, startTimeoutMs);
  if (!line) throw new Error("the service did not say where it listens");
  return line;
}
