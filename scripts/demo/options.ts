import { parseArgs } from "node:util";

export interface DemoOptions {
  /** Forgets the scores of earlier runs. */
  fresh: boolean;
  /** Without the simulated players. */
  quiet: boolean;
  /** The page's port, and no other. */
  port: number | undefined;
  /** Stores to use instead of private ones. */
  redisUrl: string | undefined;
  databaseUrl: string | undefined;
}

export const usage = `usage: npm run demo [-- [--fresh] [--quiet] [--port N]]

  --fresh   forget the scores of earlier runs
  --quiet   without simulated players
  --port N  the page's port (default: 4000, or a free one when that is taken)

REDIS_URL and DATABASE_URL, where set, are used instead of a private Redis and PostgreSQL.`;

/** The command line cannot be followed. */
export class UsageError extends Error {}

export function readDemoOptions(args: readonly string[], env: NodeJS.ProcessEnv): DemoOptions {
  const values = parse(args);
  const redisUrl = env.REDIS_URL || undefined; // an empty variable counts as unset
  const databaseUrl = env.DATABASE_URL || undefined;
  if (values.fresh && (redisUrl !== undefined || databaseUrl !== undefined)) {
    throw new UsageError("--fresh forgets only what is in .data/demo; unset REDIS_URL and DATABASE_URL to use it");
  }
  return { fresh: values.fresh, quiet: values.quiet, port: readPort(values.port), redisUrl, databaseUrl };
}

function parse(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        fresh: { type: "boolean", default: false },
        quiet: { type: "boolean", default: false },
        port: { type: "string" },
      },
    });
    return values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function readPort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw new UsageError(`--port must be a whole number from 1 to 65535, not "${text}"`);
  return port;
}
