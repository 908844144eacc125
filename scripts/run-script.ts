/** Runs a command's work and ends the process with its exit code. An error becomes a sentence on stderr. */
export async function runScript(work: () => Promise<number>): Promise<never> {
  try {
    process.exit(await work());
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}
