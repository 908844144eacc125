import { parseOptions, readPort, UsageError } from "../local/command-line.js";

export interface DemoOptions {
  /** Deletes the scores of earlier runs. */
  fresh: boolean;
  /** Starts no simulated players. */
  quiet: boolean;
  /** The only port that the page may use. Undefined: the usual port, or any free one. */
  port: number | undefined;
  /** The stores to use instead of private ones. */
  redisUrl: string | undefined;
  databaseUrl: string | undefined;
}

export const usage = `usage: npm run demo [-- [--fresh] [--quiet] [--port N]]

  --fresh   forget the scores of earlier runs
  --quiet   without simulated players
  --port N  the page's port (default: 4000, or a free one when that is taken)

REDIS_URL and DATABASE_URL, where set, are used instead of a private Redis and PostgreSQL.`;

/** @throws UsageError */
export function readDemoOptions(args: readonly string[], env: NodeJS.ProcessEnv): DemoOptions {
  const values = parseOptions(args, {
    fresh: { type: "boolean", default: false },
    quiet: { type: "boolean", default: false },
    port: { type: "string" },
  });
  const redisUrl = env.REDIS_URL || undefined; // an empty variable counts as unset
  const databaseUrl = env.DATABASE_URL || undefined;
  if (values.fresh && (redisUrl !== undefined || databaseUrl !== undefined)) {
    throw new UsageError("--fresh forgets only what is in .data/demo; unset REDIS_URL and DATABASE_URL to use it");
  }
  return { fresh: values.fresh, quiet: values.quiet, port: readPort(values.port), redisUrl, databaseUrl };
}
