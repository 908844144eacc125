import { ConfigError } from "../src/config.js";

/**
 * Runs a command line's work and ends the process with its exit code; what it throws becomes a sentence on stderr.
 * Ending it is needed, as Prisma's engine leaves a timer of ten seconds behind.
 */
export async function runScript(work: () => Promise<number>, failureCode = 1): Promise<never> {
  try {
    process.exit(await work());
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(error instanceof ConfigError ? 78 : failureCode);
  }
}
