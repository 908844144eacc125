import { build } from "./build-steps.js";
import { runScript } from "./run-script.js";
import { projectRoot } from "./stack.js";
import { untilSignal } from "./until-signal.js";

// `npm run build`: compiles everything to dist/.
await runScript(async () => {
  await build(projectRoot, { signal: untilSignal(), output: "inherit" });
  return 0;
});
