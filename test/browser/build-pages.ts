import { execFileSync } from "node:child_process";

/**
 * Builds dist/web before the tests, so that they test the current source. It runs in a separate process, as a build
 * sets NODE_ENV=production and the tests must not run with that.
 */
export default function buildPages(): void {
  const arguments_ = ["node_modules/vite/bin/vite.js", "build", "--config", "web/vite.config.ts", "--logLevel", "warn"];
  execFileSync(process.execPath, arguments_, { stdio: "inherit" });
}
