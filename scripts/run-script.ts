/**
 * Runs a command line's work and ends the process with its exit code; what it throws becomes a sentence on stderr.
 */
export async function runScript(work: () => Promise<number>): Promise<never> {
  try {
    process.exit(await work());
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}
