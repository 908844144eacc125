import { spawn } from "node:child_process";

export interface RunOptions {
  cwd: string;
  env?: NodeJS.ProcessEnv;
  /** Ends the program when aborted; the promise then rejects with the signal's reason. */
  signal: AbortSignal;
  /** "inherit": the output goes to ours. "on failure": the output is part of the error and otherwise dropped. */
  output: "inherit" | "on failure";
}

/** Runs a Node.js program to its end. Fails unless it ends with exit code 0. */
export async function runProgram(name: string, args: readonly string[], options: RunOptions): Promise<void> {
  const { cwd, env = process.env, signal, output } = options;
  signal.throwIfAborted();
  const pipe = output === "inherit" ? "inherit" : "pipe";
  const child = spawn(process.execPath, args, { cwd, env, stdio: ["ignore", pipe, pipe] });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => said.push(text));
  }
  const end = () => child.kill("SIGTERM");
  signal.addEventListener("abort", end);
  try {
    const how = await new Promise<string | undefined>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, by) => resolve(code === 0 ? undefined : (by ?? `exit code ${code ?? "unknown"}`)));
    });
    signal.throwIfAborted();
    if (how !== undefined) throw new Error([`${name} failed (${how})`, ...said].join("\n").trimEnd());
  } finally {
    signal.removeEventListener("abort", end);
  }
}
