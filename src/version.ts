import { readFileSync } from "node:fs";

/** Of package.json, which lies beside `src` and `dist` alike. Reads the file: ask once. */
export function readVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
    version: string; // npm sees to it.
  };
  return version;
}
