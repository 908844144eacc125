import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { promisify } from "node:util";

export interface Cores {
  /** For the report. */
  readonly description: string;
  /** The command line that runs a command on the servers' core. */
  forServer(command: readonly string[]): readonly string[];
}

/**
 * Gives the servers a core of their own, so that nothing else of ours takes its time or its caches. This process moves
 * to the second core, and all that it starts from then on: Redis, PostgreSQL and the load generator.
 */
export async function divideCores(): Promise<Cores> {
  const unpinned = (why: string): Cores => ({ description: `not pinned: ${why}`, forServer: (command) => command });
  if (availableParallelism() < 2) return unpinned("there is one core only");
  const [first, second] = await allowedCores();
  if (first === undefined || second === undefined) return unpinned("this process may use one core only");
  try {
    await promisify(execFile)("taskset", ["-a", "-c", "-p", String(second), String(process.pid)]);
  } catch {
    return unpinned("there is no taskset here");
  }
  return {
    description: `server on core ${first}; load generator, Redis and PostgreSQL on core ${second}`,
    forServer: (command) => ["taskset", "-c", String(first), ...command],
  };
}

/** A container may have been given some of the machine's cores: "0-1" or "2,5-7". */
async function allowedCores(): Promise<number[]> {
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(await readFile("/proc/self/status", "utf8"))?.[1] ?? "";
  return list.split(",").flatMap((range) => {
    const [from = NaN, to = from] = range.split("-").map(Number);
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
}
