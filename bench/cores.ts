import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { promisify } from "node:util";

export interface Cores {
  /** The sentence for the report. */
  readonly description: string;
  /** Returns the command line that runs a command on the servers' core. */
  forServer(command: readonly string[]): readonly string[];
  /** Moves a running process to the servers' core. */
  moveToServer(pid: number): Promise<void>;
}

/** No process has a core of its own: for what is measured in processor time, or beside a browser. */
export const sharedCores = unpinned("shared by all processes");

function unpinned(description: string): Cores {
  return { description, forServer: (command) => command, moveToServer: () => Promise.resolve() };
}

/**
 * Gives the servers a core of their own, so that no other process of ours takes its time or its caches. This process
 * moves to the second core, together with all processes that it starts from then on: Redis, PostgreSQL and the load
 * generator.
 */
export async function divideCores(): Promise<Cores> {
  if (availableParallelism() < 2) return unpinned("not pinned: there is one core only");
  const [first, second] = await allowedCores();
  if (first === undefined || second === undefined) return unpinned("not pinned: this process may use one core only");
  try {
    await move(process.pid, second);
  } catch {
    return unpinned("not pinned: there is no taskset here");
  }
  return {
    description: `server on core ${first}; load generator, Redis and PostgreSQL on core ${second}`,
    forServer: (command) => ["taskset", "-c", String(first), ...command],
    moveToServer: (pid) => move(pid, first),
  };
}

/** Moves all threads of a process. The processes that it starts from then on stay with it. */
async function move(pid: number, core: number): Promise<void> {
  await promisify(execFile)("taskset", ["-a", "-c", "-p", String(core), String(pid)]);
}

/**
 * Reads which cores this process may use, such as "0-1" or "2,5-7": a container may have only some of the machine's.
 */
async function allowedCores(): Promise<number[]> {
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(await readFile("/proc/self/status", "utf8"))?.[1] ?? "";
  return list.split(",").flatMap((range) => {
    const [from = NaN, to = from] = range.split("-").map(Number);
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
}
