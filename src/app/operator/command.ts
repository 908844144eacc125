import type { EnvironmentVariables } from "../../config.js";

export interface CommandLine {
  /** Without the command's name. */
  readonly args: readonly string[];
  readonly env: EnvironmentVariables;
  /** To stdout, with a line's end. */
  readonly print: (line: string) => void;
}

/** What an operator runs: `node dist/cli.js <name>`. */
export interface Command {
  /** Begins with "usage:"; ends with a line's end. */
  readonly usage: string;
  /** Of what is neither a wrong command line nor a wrong environment. */
  readonly failureCode: number;
  /**
   * May leave connections open: the process ends after it.
   *
   * @returns the exit code
   * @throws UsageError, ConfigError, or whatever else went wrong; its message is a sentence for the operator
   */
  run(line: CommandLine): Promise<number>;
}

/** The command line can't be followed. */
export class UsageError extends Error {}

/** Also true of what `parseArgs` says of options that it was not told of. */
export function isUsageError(error: unknown): error is Error {
  if (error instanceof UsageError) return true;
  return error instanceof Error && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS_");
}
