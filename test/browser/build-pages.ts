import { execFileSync } from "node:child_process";

/**
 * Builds dist/web before the tests: they are about the pages of this source, not of the last build. In a process of its
 * own, as a build sets NODE_ENV=production and the tests must not run with that.
 */
export default function buildPages(): void {
  const arguments_ = ["node_modules/vite/bin/vite.js", "build", "--config", "web/vite.config.ts", "--logLevel", "warn"];
  execFileSync(process.execPath, arguments_, { stdio: "inherit" });
}
