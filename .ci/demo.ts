import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";

/*
 * Uses `npm run demo` as a newcomer does: waits for the line to paste, pastes it, uses the service from a front end on
 * another port, and presses Ctrl-C.
 */

const run = promisify(execFile);

// The demo gets a process group of its own, as in a terminal, where Ctrl-C reaches npm and all its children.
const demo = spawn("npm", ["run", "demo"], { detached: true, stdio: ["ignore", "pipe", "inherit"] });
let output = "";
demo.stdout.setEncoding("utf8").on("data", (text: string) => {
  process.stdout.write(text);
  output += text;
});
const ended = new Promise<string>((resolve) => {
  demo.once("close", (code, signal) => resolve(String(signal ?? code)));
});
try {
  const line = await Promise.race([findLine("curl "), ended.then((how) => fail(`the demo ended too early: ${how}`))]);
  const token = await findLine("export TOKEN=");
  const answer = await paste(token, line);
  if (!answer.startsWith('{"success":true')) fail(`the pasted line answered ${answer}`);
  await allowsDevelopment(line);
  pressCtrlC();
  const how = await ended;
  // npm handles Ctrl-C itself and may report it, whatever the script's own exit code.
  if (how !== "0" && how !== "SIGINT") fail(`the demo was to end well after Ctrl-C; it ended: ${how}`);
  if (!output.endsWith("\nStopped.\n")) fail("the demo did not stop what it started");
} finally {
  pressCtrlC();
}

/** The first complete line of the demo's output that begins with `start`, whether it was printed before or comes yet. */
async function findLine(start: string): Promise<string> {
  for (;;) {
    const complete = output.split("\n").slice(0, -1);
    const line = complete.find((candidate) => candidate.startsWith(start));
    if (line !== undefined) return line;
    await once(demo.stdout, "data");
  }
}

/** Runs the lines in a shell. A bare machine has no curl; then we send the same request ourselves. */
async function paste(tokenLine: string, line: string): Promise<string> {
  const form = /^curl -sS (\S+) -H "(.*?)" -H '(.*?)' -d '(.*)'$/;
  const [, url = "", authorization = "", type = "", body = ""] = form.exec(line) ?? fail(`unexpected: ${line}`);
  try {
    return (await run("sh", ["-c", `command -v curl >/dev/null || exit 127; ${tokenLine}\n${line}`])).stdout;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === 127)) throw error;
    const token = tokenLine.replace("export TOKEN=", "");
    const headers = [authorization.replace("$TOKEN", token), type].map((header) => header.split(": "));
    return (
      await fetch(url, { method: "POST", headers: Object.fromEntries(headers) as Record<string, string>, body })
    ).text();
  }
}

/** Checks what docs/clients.md promises to a page that Vite serves. */
async function allowsDevelopment(line: string): Promise<void> {
  const { origin: service } = new URL(/http:\S+/.exec(line)?.[0] ?? "");
  const origin = "http://localhost:5173";
  const answer = await fetch(`${service}/graphql?query={topScores{rank}}`, {
    headers: { origin, "apollo-require-preflight": "true" },
  });
  const allowed = answer.headers.get("access-control-allow-origin");
  if (!answer.ok || allowed !== origin) fail(`a page of ${origin} was answered ${answer.status}, allowed: ${allowed}`);
}

function pressCtrlC(): void {
  if (demo.pid === undefined || demo.exitCode !== null || demo.signalCode !== null) return;
  process.kill(-demo.pid, "SIGINT");
}

function fail(message: string): never {
  throw new Error(message);
}
