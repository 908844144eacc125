import { mkdtemp, rm, stat, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { findFreePort, projectRoot } from "../../scripts/stack.js";
import { processIdentity, readProcessRecord } from "../../scripts/stack/process-lock.mjs";
import { logLines, Program } from "../helpers/processes.js";
import { waitFor } from "../helpers/wait-for.js";
import { launchChromium, newPage } from "./chromium.js";

// Upper bounds, not expected times: everything starts from its sources, and the service starts twice.
const startTimeoutMs = 50_000;
const testTimeoutMs = 120_000;

test(
  "npm run dev shows saved changes of the service and of the page, and leaves nothing behind",
  async () => {
    const data = await mkdtemp(join(tmpdir(), "standings-dev-"));
    onTestFinished(() => rm(data, { recursive: true, force: true }));
    const port = await findFreePort();
    // From its source, as it watches the sources beside it.
    const script = join(projectRoot, "scripts", "dev.ts");
    const dev = new Program([script, "--port", String(port), "--data", data], {});
    onTestFinished(() => dev.kill());
    const services = () => logLines(linesOfJson(dev.stdout)).filter(({ msg }) => msg === "standings serves");

    await waitFor(() => dev.stdout.includes("Ctrl-C stops everything"), startTimeoutMs);
    const url = `http://127.0.0.1:${port}`;
    const browser = await launchChromium();
    onTestFinished(() => browser.close());
    const { page, complaints } = await newPage(browser, url);
    await page.goto(url);
    const shows = (score: string) => page.getByRole("cell", { name: score, exact: true }).waitFor();
    const token = /^eyJ\S+$/m.exec(dev.stdout)?.[0] ?? "";
    await addTenPoints(url, token);
    await shows("10");
    for (const path of ["/b/main", "/p/user123", "/overlay/main", "/playground"]) {
      await page.goto(`${url}${path}`);
      await page.locator("#root").waitFor({ state: "attached" });
    }
    await page.goto(`${url}/b/main`);
    await shows("10");
    expect(complaints).toEqual([]);

    await save("src/main.ts");
    await waitFor(() => services().length === 2, startTimeoutMs);
    await waitFor(() => addTenPoints(url, token));
    await shows("20");

    const updated = page.waitForEvent("console", (message) => message.text().includes("hot updated"));
    await save("web/src/theme/tokens.css");
    await updated;

    const pids = [dev.pid, ...services().map(({ pid }) => Number(pid)), ...serversOf(data)];
    dev.signal("SIGINT");
    expect(await dev.ended).toMatchObject({ code: 0, signal: null });
    expect(dev.stdout).toMatch(/\nStopped\.\n$/);
    expect(pids.filter((pid) => processIdentity(pid) !== undefined)).toEqual([]);
  },
  testTimeoutMs,
);

/** Saves a file without a change, and restores its modification time, so that builds stay current. */
async function save(file: string): Promise<void> {
  const { atime, mtime } = await stat(file);
  onTestFinished(() => utimes(file, atime, mtime));
  await utimes(file, atime, new Date());
}

async function addTenPoints(url: string, authToken: string): Promise<boolean> {
  const response = await fetch(`${url}/api/v1/scores/update`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ userId: "user123", scoreIncrement: 10, authToken }),
  });
  return response.ok;
}

function linesOfJson(output: string): string {
  return output.slice(0, output.lastIndexOf("\n")).replace(/^(?!\{).*$/gm, "");
}

/** Redis, PostgreSQL and the processes that watch the sources. */
function serversOf(data: string): number[] {
  const records = ["redis", "postgres", ""].map((folder) => readProcessRecord(join(data, folder, "server-process")));
  return records.map((record) => record?.pid ?? 0);
}
