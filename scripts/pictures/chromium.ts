import { existsSync } from "node:fs";
import { chromium, type Browser } from "playwright-core";

const executable = process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium";

/** No sandbox, as root in a container has none; and no network traffic of Chromium's own. */
const launchArguments = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** @throws an error that says what to install */
export function findChromium(): string {
  if (existsSync(executable)) return executable;
  throw new Error(
    `This needs Chromium, and there is none at ${executable}. ` +
      "Install it (Debian: apt-get install chromium) or name one in CHROMIUM_PATH.",
  );
}

/** @param more arguments of the command line */
export async function launchChromium(more: readonly string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath: findChromium(), args: [...launchArguments, ...more] });
}
