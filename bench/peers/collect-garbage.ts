import { setFlagsFromString } from "node:v8";

// Loaded into a server before its own program, with --expose-gc. SIGUSR2 makes the server give back memory that it no
// longer needs, half-empty pages included, so that a comparison does not depend on when the collector runs. Otherwise
// does nothing.
process.on("SIGUSR2", () => {
  setFlagsFromString("--compact-on-every-full-gc");
  globalThis.gc?.();
  setFlagsFromString("--no-compact-on-every-full-gc");
});
