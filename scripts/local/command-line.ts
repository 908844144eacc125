import { parseArgs, type ParseArgsConfig } from "node:util";

/** The command line has an unknown or invalid option. */
export class UsageError extends Error {}

export const exitUsage = 64;

/** Returns undefined for an invalid command line, after printing the reason and the usage. */
export function readOptions<Options>(read: () => Options, usage: string): Options | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\n\n${usage}`);
    return undefined;
  }
}

/** Calls `parseArgs` and turns its errors into usage errors. */
export function parseOptions<Config extends NonNullable<ParseArgsConfig["options"]>>(
  args: readonly string[],
  options: Config,
) {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

export function readPort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw new UsageError(`--port must be a whole number from 1 to 65535, not "${text}"`);
  return port;
}
