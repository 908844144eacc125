// Part of bootstrap.mjs, so plain JavaScript without dependencies.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { waitForLock, writeProcessRecord } from "./stack/process-lock.mjs";

/**
 * @typedef {{ version?: string, integrity?: string, dev?: boolean, optional?: boolean, devOptional?: boolean,
 *   link?: boolean, os?: string[], cpu?: string[], libc?: string[] }} Package an entry of package-lock.json
 * @typedef {{ production: boolean }} Scope production: ignores development dependencies
 */

const pollMs = 250;
const progressMs = 5_000;

/**
 * Whether node_modules holds everything that package-lock.json asks for. Takes some 20 ms and starts no process.
 * @param {string} root
 * @param {Scope} [scope]
 */
export function dependenciesAreComplete(root, scope = { production: false }) {
  // A lock means that a process is installing, or died while it did.
  return !existsSync(lockPath(root)) && packagesAreComplete(root, scope);
}

/**
 * @param {string} root
 * @param {Scope} scope
 */
function packagesAreComplete(root, scope) {
  const wanted = readPackages(join(root, "package-lock.json"));
  // npm writes this list as the last step of an installation.
  const installed = readPackages(join(root, "node_modules", ".package-lock.json"));
  if (wanted === undefined || installed === undefined) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === "" || !isNeededHere(entry, scope)) return true;
    const found = installed[path];
    const same = found?.version === entry.version && found?.integrity === entry.integrity;
    return same && existsSync(join(root, path));
  });
}

/**
 * @param {Package} entry
 * @param {Scope} scope
 */
function isNeededHere(entry, { production }) {
  if (production && (entry.dev || entry.devOptional)) return false;
  if (!entry.optional) return true;
  // A node_modules that was copied from another platform lacks this platform's native packages. Other optional
  // packages, and native ones for a single C library, are not checked: only npm knows whether it wanted them.
  const here = entry.os?.includes(process.platform) && entry.cpu?.includes(process.arch);
  return here === true && entry.libc === undefined;
}

/**
 * @param {string} path
 * @returns {Record<string, Package> | undefined} undefined when there is no such file or it is cut short
 */
function readPackages(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8")).packages;
  } catch (error) {
    const missing = error instanceof Error && "code" in error && error.code === "ENOENT";
    if (missing || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/**
 * Installs what package-lock.json lists. If another process is installing now, waits for it instead. Ends this process
 * when npm fails.
 * @param {string} root
 */
export async function installDependencies(root) {
  mkdirSync(join(root, ".data"), { recursive: true });
  const lock = await waitForLock(lockPath(root), "installing the dependencies");
  if (!packagesAreComplete(root, { production: false })) {
    process.stderr.write("Installing the dependencies with npm ci; this takes a minute or so…\n");
    await runNpmCi(root);
  }
  lock.release();
}

/** @param {string} root */
async function runNpmCi(root) {
  // NODE_ENV=production makes npm leave out development dependencies, and `npm test` would then fail.
  const args = ["ci", "--include=dev", "--loglevel=error", "--no-audit", "--no-fund"];
  const [command = "npm", ...first] = npmCommand();
  const child = spawn(command, [...first, ...args], { cwd: root, stdio: ["ignore", 2, 2] });
  // npm keeps running when this process is killed, so the lock names npm's process.
  if (child.pid !== undefined) writeProcessRecord(lockPath(root), child.pid);
  // A terminal's Ctrl-C reaches npm directly; a signal to this process alone does not. npm copes with getting both.
  /** @type {NodeJS.Signals[]} */
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  /** @type {NodeJS.Signals | undefined} */
  let received;
  /** @param {NodeJS.Signals} signal */
  const forward = (signal) => {
    received = signal;
    child.kill(signal);
  };
  for (const signal of signals) process.on(signal, forward);
  const progress = reportProgress(root);
  const { code, error } = await new Promise((resolve) => {
    child.once("error", (error) => resolve({ code: 1, error }));
    child.once("exit", (code) => resolve({ code: code ?? 1 }));
  });
  for (const signal of signals) process.off(signal, forward);
  clearInterval(progress);
  if (received !== undefined) {
    process.kill(process.pid, received); // ends as it would have without the handler
    await delay(pollMs);
    process.exit(1);
  }
  if (code !== 0) {
    process.stderr.write(`Installing the dependencies failed${error ? `: ${error.message}` : ""}.\n`);
    process.exit(code);
  }
}

/**
 * Says now and then how far npm has come. On a terminal npm shows that by itself; into a pipe it writes nothing.
 * @param {string} root
 */
function reportProgress(root) {
  if (process.stderr.isTTY) return undefined;
  const paths = Object.keys(readPackages(join(root, "package-lock.json")) ?? {}).filter((path) => path !== "");
  return setInterval(() => {
    const there = paths.filter((path) => existsSync(join(root, path))).length;
    process.stderr.write(`Installing: ${there} of about ${paths.length} packages…\n`);
  }, progressMs);
}

/** The npm that started this process, if any: its program need not be on the PATH. */
function npmCommand() {
  const running = process.env.npm_execpath ?? "";
  return basename(running) === "npm-cli.js" ? [process.execPath, running] : ["npm"];
}

/** @param {string} root */
function lockPath(root) {
  return join(root, ".data", "install.lock");
}
