import { readFileSync } from "node:fs";

/** Of package.json, which lies above `src/` and `dist/` alike. */
export function readVersion(): string {
  const file = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(file) as { version: string }).version; // npm sees to it.
}
