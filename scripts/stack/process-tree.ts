import { execFile } from "node:child_process";
import { readFile, readdir } from "node:fs/promises";
import { promisify } from "node:util";
import { setTimeout as delay } from "node:timers/promises";
import { processIdentity } from "./process-lock.mjs";
import { isErrno } from "./ports.js";

interface ProcessEntry {
  pid: number;
  parent: number;
  /** As in ps: R, S, D running or waiting, T stopped, Z zombie. */
  state: string;
}

const pollMs = 5;

/** Sends a signal. Returns false when the process no longer exists. */
export function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if (isErrno(error, "ESRCH")) return false;
    throw error;
  }
}

/**
 * Freezes a process and all its descendants. The root goes first, so that it forks no new child while its children are
 * listed. PostgreSQL's backends are processes (and group leaders) themselves: with only the postmaster frozen, every
 * open connection would still work.
 */
export async function freezeTree(root: number): Promise<number[]> {
  sendSignal(root, "SIGSTOP");
  await untilStopped([root]);
  const below = await descendants(root);
  for (const pid of below) sendSignal(pid, "SIGSTOP");
  await untilStopped(below);
  return [root, ...below];
}

export async function thawTree(root: number): Promise<void> {
  for (const pid of await descendants(root)) sendSignal(pid, "SIGCONT");
  sendSignal(root, "SIGCONT");
}

/**
 * Ends a process and all its descendants at once, as a power cut would: none of them finishes a commit, and when this
 * returns none of them holds a file, a port or shared memory.
 */
export async function killTree(root: number): Promise<void> {
  const all = await freezeTree(root);
  for (const pid of all) sendSignal(pid, "SIGKILL");
  await untilGone(all);
}

export async function untilGone(pids: readonly number[]): Promise<void> {
  // Some of them are not our children, so there is no event to wait for.
  while (pids.some((pid) => processIdentity(pid) !== undefined)) await delay(pollMs);
}

async function untilStopped(pids: readonly number[]): Promise<void> {
  if (pids.length === 0) return;
  const notYet = ({ pid, state }: ProcessEntry) => pids.includes(pid) && !/^[TtZX]/.test(state);
  while ((await listProcesses()).some(notYet)) await delay(pollMs);
}

async function descendants(root: number): Promise<number[]> {
  const all = await listProcesses();
  const found: number[] = [];
  const parents = [root];
  for (let parent = parents.pop(); parent !== undefined; parent = parents.pop()) {
    const children = all.filter((entry) => entry.parent === parent).map((entry) => entry.pid);
    found.push(...children);
    parents.push(...children);
  }
  return found;
}

async function listProcesses(): Promise<ProcessEntry[]> {
  // Slim container images have no ps; only Linux has /proc.
  return process.platform === "linux" ? listFromProc() : listFromPs();
}

async function listFromProc(): Promise<ProcessEntry[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const entries = await Promise.all(pids.map(readProcStat));
  return entries.filter((entry) => entry !== undefined);
}

async function readProcStat(pid: string): Promise<ProcessEntry | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    const [state = "", parent = ""] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { pid: Number(pid), parent: Number(parent), state };
  } catch (error) {
    if (isErrno(error, "ENOENT") || isErrno(error, "ESRCH")) return undefined; // it ended during the look-up
    throw error;
  }
}

async function listFromPs(): Promise<ProcessEntry[]> {
  const { stdout } = await promisify(execFile)("ps", ["-A", "-o", "pid=,ppid=,state="]);
  return stdout
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .map(([pid = "", parent = "", state = ""]) => ({ pid: Number(pid), parent: Number(parent), state }));
}
