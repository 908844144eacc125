import type { EnvironmentVariables } from "../../config/config.js";

export interface CommandLine {
  /** The arguments, without the command's name. */
  readonly args: readonly string[];
  readonly env: EnvironmentVariables;
  /** Prints a line to stdout. */
  readonly print: (line: string) => void;
}

/** A command that an operator runs: `node dist/cli.js <name>`. */
export interface Command {
  /** Begins with "usage:"; ends with a line break. */
  readonly usage: string;
  /** The exit code of failures other than a wrong command line or a wrong environment. */
  readonly failureCode: number;
  /**
   * May leave connections open, because the process ends afterwards.
   *
   * @returns the exit code
   * @throws UsageError, ConfigError or any other error; its message is a sentence for the operator
   */
  run(line: CommandLine): Promise<number>;
}

/** The command line can't be followed. */
export class UsageError extends Error {}

/** Also true of the errors that `parseArgs` throws for unknown options. */
export function isUsageError(error: unknown): error is Error {
  if (error instanceof UsageError) return true;
  return error instanceof Error && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS_");
}
