import { execFile, spawn } from "node:child_process";
import { promisify } from "node:util";

/*
 * `npm run demo` as a newcomer has it: wait for the line to paste, paste it, use the service from a front end on another
 * port, press Ctrl-C.
 */

const run = promisify(execFile);

// A group of its own, as in a terminal, where Ctrl-C reaches npm and all that it runs.
const demo = spawn("npm", ["run", "demo"], { detached: true, stdio: ["ignore", "pipe", "inherit"] });
let output = "";
const ended = new Promise<string>((resolve) => {
  demo.once("close", (code, signal) => resolve(String(signal ?? code)));
});
try {
  const line = await Promise.race([findLine("curl "), ended.then((how) => fail(`the demo ended too early: ${how}`))]);
  const answer = await paste(line);
  if (!answer.startsWith('{"success":true')) fail(`the pasted line answered ${answer}`);
  await allowsDevelopment(line);
  pressCtrlC();
  const how = await ended;
  // npm takes Ctrl-C to itself, whatever its script makes of it.
  if (how !== "0" && how !== "SIGINT") fail(`the demo was to end well after Ctrl-C; it ended: ${how}`);
  if (!output.endsWith("\nStopped.\n")) fail("the demo did not stop what it started");
} finally {
  pressCtrlC();
}

/** The first line of the demo's output that begins so; passes everything on. */
function findLine(start: string): Promise<string> {
  return new Promise((resolve) => {
    demo.stdout.setEncoding("utf8").on("data", (text: string) => {
      process.stdout.write(text);
      output += text;
      const complete = output.split("\n").slice(0, -1);
      const line = complete.find((candidate) => candidate.startsWith(start));
      if (line !== undefined) resolve(line);
    });
  });
}

/** A machine that is really bare has no curl; then we do what it would do. */
async function paste(line: string): Promise<string> {
  const [, url, header = "", body] = /^curl -sS (\S+) -H '(.*?)' -d '(.*)'$/.exec(line) ?? fail(`unexpected: ${line}`);
  try {
    return (await run("sh", ["-c", `command -v curl >/dev/null || exit 127; ${line}`])).stdout;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === 127)) throw error;
    const [name = "", value = ""] = header.split(": ");
    return (await fetch(String(url), { method: "POST", headers: { [name]: value }, body: String(body) })).text();
  }
}

/** As docs/clients.md says of a page that Vite serves. */
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
