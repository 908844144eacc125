// Part of bootstrap.mjs: plain JavaScript without dependencies.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { waitForLock, writeProcessRecord } from "./stack/process-lock.mjs";

/**
 * @typedef {{ version?: string, integrity?: string, dev?: boolean, optional?: boolean, devOptional?: boolean,
 *   link?: boolean, os?: string[], cpu?: string[], libc?: string[] }} Package an entry of package-lock.json
 * @typedef {{ production: boolean }} Scope production: development dependencies do not matter
 */

const pollMs = 250;

/**
 * Whether node_modules holds what package-lock.json asks for. Costs some 20 ms and spawns nothing.
 * @param {string} root
 * @param {Scope} [scope]
 */
export function dependenciesAreComplete(root, scope = { production: false }) {
  // Where there is a lock, someone is installing, or died while doing so.
  return !existsSync(lockPath(root)) && packagesAreComplete(root, scope);
}

/**
 * @param {string} root
 * @param {Scope} scope
 */
function packagesAreComplete(root, scope) {
  const wanted = readPackages(join(root, "package-lock.json"));
  // npm writes this list as the very last step of an installation.
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
  // Native parts for this platform, which a node_modules copied from another one lacks. npm alone knows whether it
  // wanted those for one C library only, and the other optional packages.
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
 * Installs what package-lock.json says, unless another process that is at it now does so first.
 * Ends this process when npm fails.
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
  // NODE_ENV=production, which npm takes for "no development dependencies", must not break `npm test`.
  const args = ["ci", "--include=dev", "--loglevel=error", "--no-audit", "--no-fund"];
  const [command = "npm", ...first] = npmCommand();
  const child = spawn(command, [...first, ...args], { cwd: root, stdio: ["ignore", 2, 2] });
  // Npm goes on when we are killed, so that the lock has to be npm's.
  if (child.pid !== undefined) writeProcessRecord(lockPath(root), child.pid);
  // A terminal's Ctrl-C reaches npm by itself; a signal to this process alone does not. npm stands getting both.
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
  const { code, error } = await new Promise((resolve) => {
    child.once("error", (error) => resolve({ code: 1, error }));
    child.once("exit", (code) => resolve({ code: code ?? 1 }));
  });
  for (const signal of signals) process.off(signal, forward);
  if (received !== undefined) {
    process.kill(process.pid, received); // as if we had never caught it
    await delay(pollMs);
    process.exit(1);
  }
  if (code !== 0) {
    process.stderr.write(`Installing the dependencies failed${error ? `: ${error.message}` : ""}.\n`);
    process.exit(code);
  }
}

/** The npm that runs us, when one does: its program need not be on the PATH. */
function npmCommand() {
  const running = process.env.npm_execpath ?? "";
  return basename(running) === "npm-cli.js" ? [process.execPath, running] : ["npm"];
}

/** @param {string} root */
function lockPath(root) {
  return join(root, ".data", "install.lock");
}
