import { readFileSync } from "node:fs";

/** The version in package.json, at the same path from `src` and from `dist`. Reads the file, so call it once. */
export function readVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
    version: string; // npm requires it.
  };
  return version;
}
