import { readdir, readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";

/** The unit of /proc's clock: 100 a second on every Linux that Node runs on (sysconf(_SC_CLK_TCK)). */
const ticksPerSecond = 100;
/** Counted from the field after the command's name. */
const [parent, utime, stime, endedUtime, endedStime] = [1, 11, 12, 13, 14];
const quietPollMs = 100;
const quietSeconds = 0.02;
const longestUnrestMs = 10_000;

/** Processor time of all threads of a process so far, in user and in kernel mode. */
export async function readCpuSeconds(pid: number): Promise<number> {
  const fields = await readStat(pid);
  return secondsIn(fields, utime) + secondsIn(fields, stime);
}

/** The same for a process and its children, those that have ended included. */
export async function readTreeCpuSeconds(root: number): Promise<number> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const stats = await Promise.all(pids.map((pid) => readStat(pid).catch(() => undefined))); // Some end meanwhile.
  const children = stats.filter((fields) => fields !== undefined && Number(fields[parent]) === root);
  const ended = await readStat(root);
  return [
    await readCpuSeconds(root),
    secondsIn(ended, endedUtime) + secondsIn(ended, endedStime),
    ...children.map((fields) => secondsIn(fields ?? [], utime) + secondsIn(fields ?? [], stime)),
  ].reduce((sum, seconds) => sum + seconds, 0);
}

/** The fields after the command's name, which may hold spaces. */
async function readStat(pid: number): Promise<readonly string[]> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

function secondsIn(fields: readonly string[], field: number): number {
  return Number(fields[field]) / ticksPerSecond;
}

/** The most memory that the process ever had resident. */
export async function readPeakBytes(pid: number): Promise<number> {
  return readStatusBytes(pid, "VmHWM");
}

/** The memory that the process has resident now. */
export async function readResidentBytes(pid: number): Promise<number> {
  return readStatusBytes(pid, "VmRSS");
}

async function readStatusBytes(pid: number, field: string): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(new RegExp(`^${field}:\\s*(\\d+) kB$`, "m").exec(status)?.[1]) * 1024;
}

/** Waits at least `ms`, then until the process is almost idle. @returns its processor time by then */
export async function untilQuiet(pid: number, ms: number): Promise<number> {
  await delay(ms);
  const deadline = performance.now() + longestUnrestMs;
  for (let before = await readCpuSeconds(pid); ;) {
    await delay(quietPollMs);
    const now = await readCpuSeconds(pid);
    if (now - before <= quietSeconds || performance.now() > deadline) return now;
    before = now;
  }
}
