import { execFile } from "node:child_process";
import { chmod, chown, readFile } from "node:fs/promises";
import { basename } from "node:path";
import { promisify } from "node:util";

/** How to start a program that refuses to run as root (PostgreSQL, PgBouncer). */
export interface ServiceAccount {
  /** The owner of its data; undefined for our own account. */
  owner: { uid: number; gid: number } | undefined;
  /** Wraps a command line. */
  wrap(
    command: string,
    args: readonly string[],
  ): { command: string; args: readonly string[]; uid?: number; gid?: number };
}

const run = promisify(execFile);

/** PostgreSQL's `initdb` needs an account with a name. `nobody` exists everywhere, so we need not create one. */
const accounts = ["postgres", "nobody"];

const capDacReadSearch = 2;

/**
 * Root starts a program that refuses to run as root under another account. That account must reach the program
 * (PostgreSQL's is in node_modules) and the data, but a folder above them may be closed to it: /root, a `mktemp -d`, a
 * home directory. We don't open such folders, as they are not ours, and don't move the data elsewhere, as it would be
 * left behind. Instead the server keeps a single one of root's powers: to pass through closed folders.
 *
 * @param dir where its files are; root must be able to write there
 * @param program an executable that answers `--version`
 */
export async function chooseServiceAccount(dir: string, program: string): Promise<ServiceAccount> {
  if (process.getuid?.() !== 0) return { owner: undefined, wrap: (command, args) => ({ command, args }) };
  const { name, ...owner } = await findAccount();
  // `dir` itself is ours to open, unlike the folders above it: to pass through, not to list.
  await chmod(dir, 0o711);
  const plain: ServiceAccount = { owner, wrap: (command, args) => ({ command, args, ...owner }) };
  if (await canReach(plain, dir, program)) return plain;
  const capable: ServiceAccount = { owner, wrap: await keepingPassage(owner) };
  if (await canReach(capable, dir, program)) return capable;
  throw new Error(
    `${basename(program)} does not run as root, and the user ${name} cannot reach ${program} or ${dir}. ` +
      "Move the project to a folder that everyone may enter (such as /srv), or run this as another user, " +
      "or name a server of yours (DATABASE_URL).",
  );
}

async function findAccount(): Promise<{ name: string; uid: number; gid: number }> {
  const passwd = await readFile("/etc/passwd", "utf8");
  for (const name of accounts) {
    const [, uid, gid] = new RegExp(`^${name}:[^:]*:(\\d+):(\\d+):`, "m").exec(passwd) ?? [];
    if (uid !== undefined && gid !== undefined) return { name, uid: Number(uid), gid: Number(gid) };
  }
  throw new Error(`This must not run as root, and this system has neither of the users ${accounts.join(", ")}`);
}

async function canReach(account: ServiceAccount, dir: string, program: string): Promise<boolean> {
  const script = '[ -x "$1" ] && "$1" --version && cd "$2"';
  const { command, args, ...ids } = account.wrap("/bin/sh", ["-c", script, "sh", program, dir]);
  return run(command, args, { ...ids, cwd: "/", timeout: 10_000 }).then(
    () => true,
    () => false,
  );
}

/**
 * Uses `setpriv` (util-linux) with one ambient capability. Two hazards: access(2) drops the capabilities of a user
 * other than root unless "no setuid fixup" is set, and initdb asks access(2) about its programs; and containers seldom
 * grant the narrower CAP_DAC_READ_SEARCH, but usually CAP_DAC_OVERRIDE.
 */
async function keepingPassage(owner: { uid: number; gid: number }): Promise<ServiceAccount["wrap"]> {
  const capability = (await haveCapability(capDacReadSearch)) ? "dac_read_search" : "dac_override";
  const only = `-all,+${capability}`;
  const setpriv = [
    ...["--reuid", String(owner.uid), "--regid", String(owner.gid), "--clear-groups"],
    ...["--securebits", "+no_setuid_fixup,+noroot"],
    ...["--inh-caps", only, "--ambient-caps", only, "--bounding-set", only],
  ];
  return (command, args) => ({ command: "setpriv", args: [...setpriv, command, ...args] });
}

async function haveCapability(bit: number): Promise<boolean> {
  const status = await readFile("/proc/self/status", "utf8").catch(() => "");
  const bounding = /^CapBnd:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0";
  return ((BigInt(`0x${bounding}`) >> BigInt(bit)) & 1n) === 1n;
}

/** Gives a path that root has just created to the account that will use it. */
export async function giveTo(account: ServiceAccount, path: string): Promise<void> {
  if (account.owner !== undefined) await chown(path, account.owner.uid, account.owner.gid);
}
