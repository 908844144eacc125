import { parseOptions, readPort } from "../local/command-line.js";

export interface DevOptions {
  /** The only port that the page may use. Undefined: the usual port, or any free one. */
  port: number | undefined;
  /** The folder for the stores' data. */
  data: string | undefined;
}

export const usage = `usage: npm run dev [-- [--port N] [--data DIR]]

  --port N    the page's port (default: 5173, or a free one when that is taken)
  --data DIR  where Redis and PostgreSQL keep their data (default: .data/dev)`;

/** @throws UsageError */
export function readDevOptions(args: readonly string[]): DevOptions {
  const { port, data } = parseOptions(args, { port: { type: "string" }, data: { type: "string" } });
  return { port: readPort(port), data };
}
