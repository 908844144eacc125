// Plain JavaScript because bootstrap.mjs needs it before any dependency is installed. Types: process-lock.d.mts.
import { execFileSync } from "node:child_process";
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";

const pollMs = 250;

/**
 * Tells a process from a later one with the same pid, by its start time and the boot that it belongs to.
 * @param {number} pid
 * @returns {string | undefined} undefined when there is no such process (a zombie counts as none)
 */
export function processIdentity(pid) {
  return process.platform === "linux" ? identityFromProc(pid) : identityFromPs(pid);
}

/** @param {number} pid */
function identityFromProc(pid) {
  const stat = readIfExists(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The command's name, in parentheses, may hold spaces and parentheses itself: count the fields from the last one.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (fields[0] === "Z" || fields[0] === "X") return undefined;
  const boot = readIfExists("/proc/sys/kernel/random/boot_id") ?? "";
  return `${fields[19]}@${boot.trim()}`;
}

/** @param {number} pid */
function identityFromPs(pid) {
  try {
    const started = execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], {
      encoding: "utf8",
      env: { ...process.env, LC_ALL: "C" },
      stdio: ["ignore", "pipe", "ignore"],
    });
    return started.trim() || undefined;
  } catch {
    return undefined; // ps exits with 1 when there is no such process
  }
}

/**
 * Writes "<pid> <identity>", from which `readProcessRecord` can tell whether the process is alive.
 * @param {string} path
 * @param {number} pid
 */
export function writeProcessRecord(path, pid) {
  writeFileSync(path, `${pid} ${processIdentity(pid) ?? "gone"}\n`);
}

/**
 * @param {string} path
 * @returns {{ pid: number, alive: boolean } | undefined} undefined when there is no such file
 */
export function readProcessRecord(path) {
  const text = readIfExists(path);
  if (text === undefined) return undefined;
  const [, digits = "0", identity = ""] = /^(\d+) (.*)$/m.exec(text) ?? [];
  const pid = Number(digits);
  return { pid, alive: pid > 0 && processIdentity(pid) === identity };
}

/**
 * Takes the lock `path` for this process. It needs no clean-up: a lock whose process is gone counts as free.
 * @param {string} path its folder must exist
 * @returns {{ acquired: true, release: () => void } | { acquired: false, heldBy: number }}
 */
export function acquireLock(path) {
  const mine = `${path}.${process.pid}-${randomBytes(4).toString("hex")}`;
  writeProcessRecord(mine, process.pid);
  try {
    for (;;) {
      // link(2) creates the lock together with its content and fails when it exists. Create-then-write is not atomic.
      if (linkIfFree(mine, path)) return { acquired: true, release: () => rmSync(path, { force: true }) };
      const owner = readProcessRecord(path);
      if (owner?.alive) return { acquired: false, heldBy: owner.pid };
      if (owner !== undefined) setAside(path);
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

/**
 * Waits until the lock `path` is free and takes it. Says on stderr when it has to wait.
 * @param {string} path its folder must exist
 * @param {string} doing what the lock's owner does
 * @returns {Promise<{ release: () => void }>}
 */
export async function waitForLock(path, doing) {
  let told = false;
  for (;;) {
    const lock = acquireLock(path);
    if (lock.acquired) return lock;
    if (!told) process.stderr.write(`Waiting for process ${lock.heldBy}, which is ${doing}…\n`);
    told = true;
    await delay(pollMs);
  }
}

/**
 * Removes a dead owner's lock. Another process may have replaced it since it was read. So move it aside first, look
 * again, and put a living owner's lock back.
 * @param {string} path
 */
function setAside(path) {
  const aside = `${path}.stale-${process.pid}-${randomBytes(4).toString("hex")}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return;
    throw error;
  }
  if (readProcessRecord(aside)?.alive) linkIfFree(aside, path);
  rmSync(aside, { force: true });
}

/**
 * @param {string} from
 * @param {string} to
 */
function linkIfFree(from, to) {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

/** @param {string} path */
function readIfExists(path) {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    // ESRCH: a process in /proc ended between open and read.
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ESRCH") return undefined;
    throw error;
  }
}

/** @param {unknown} error */
function codeOf(error) {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
