import { setFlagsFromString } from "node:v8";

// Loaded into a server before its own program, with --expose-gc: SIGUSR2 makes it give back what it no longer needs,
// half-empty pages included, so that memory is compared and not the moods of a collector. Does nothing otherwise.
process.on("SIGUSR2", () => {
  setFlagsFromString("--compact-on-every-full-gc");
  globalThis.gc?.();
  setFlagsFromString("--no-compact-on-every-full-gc");
});
