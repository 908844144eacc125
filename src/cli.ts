import { isUsageError, type Command } from "./app/operator/command.js";
import { readVersion } from "./version.js";
import { ConfigError, secretsOf } from "./config/config.js";
import { createRedactor } from "./observability/redaction.js";
import { redactWrites } from "./observability/redacted-stream.js";

/** Exit codes as in sysexits.h. */
const exitCodes = { ok: 0, usage: 64, config: 78 } as const;

/** Each command is loaded on demand: a token needs no code of the stores. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  migrate: async () => (await import("./app/operator/migrate.js")).migrate,
  token: async () => (await import("./app/operator/token.js")).token,
  board: async () => (await import("./app/operator/board.js")).board,
  check: async () => (await import("./app/operator/check.js")).check,
};

const usage = `usage: cli.js <command> [options]

  migrate  brings the database to the newest schema
  token    prints a token that JWT_SECRET signs
  board    makes, lists, changes and archives boards, and ends their seasons
  check    compares Redis with PostgreSQL, and repairs them

In a checkout, \`npm run <command> -- [options]\` does the same. Everything else is set by the environment; see the README.
  --help     shows this, or after a command its options
  --version  shows the version
`;

async function main(): Promise<number> {
  const [name = "", ...args] = process.argv.slice(2);
  if (["--version", "-v"].includes(name)) {
    process.stdout.write(`${readVersion()}\n`);
    return exitCodes.ok;
  }
  if (name === "help" || isHelp(name)) {
    process.stdout.write(usage);
    return exitCodes.ok;
  }
  const command = Object.hasOwn(commands, name) ? await commands[name]?.() : undefined;
  if (!command) {
    process.stderr.write(usage);
    return exitCodes.usage;
  }
  if (args.some(isHelp)) {
    process.stdout.write(command.usage);
    return exitCodes.ok;
  }
  redactWrites(process.stderr, createRedactor(secretsOf(process.env)));
  try {
    const print = (line: string) => void process.stdout.write(`${line}\n`);
    return await command.run({ args, env: process.env, print });
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    if (error instanceof ConfigError) return exitCodes.config;
    if (!isUsageError(error)) return command.failureCode;
    process.stderr.write(`\n${command.usage}`);
    return exitCodes.usage;
  }
}

function isHelp(argument: string): boolean {
  return ["--help", "-h"].includes(argument);
}

// Exit explicitly, because Prisma's engine leaves a timer of ten seconds behind.
process.exit(await main());
