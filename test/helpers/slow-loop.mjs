// Loaded into a service's process with --import: SIGUSR2 makes its event loop slow, or fast again.

import { performance } from "node:perf_hooks";

const turnMs = 1_200;
let slow = false;

function turn() {
  if (!slow) return;
  const until = performance.now() + turnMs;
  while (performance.now() < until);
  setTimeout(turn);
}

process.on("SIGUSR2", () => {
  slow = !slow;
  turn();
});
