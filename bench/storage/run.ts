import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runToEnd } from "../clean-up.js";
import { prepare } from "../setup.js";
import { measureDrain } from "./drain.js";
import { measureDurability } from "./durability.js";
import { measureBoard } from "./large-board.js";
import { startBenchStores } from "./stores.js";

const backlog = 200_000;
const boardSizes = [1_000, 1_000_000];
const modes = ["memory", "redis", "postgres"] as const;
const secondsAMode = 8;

// `npm run bench:storage`: measures the way to PostgreSQL and back, and the cost of size and durability.
await runToEnd(async (cleanUp) => {
  const lines = ["# Storage", ""];
  const say = (line: string) => {
    lines.push(line);
    console.log(line);
  };
  await prepare((line) => console.error(line));
  const stores = await startBenchStores(cleanUp);

  const { changes, seconds, copySeconds } = await measureDrain(stores, backlog);
  say(
    `A worker that is ${changes} changes behind drains ${Math.round(changes / seconds)} a second (${seconds.toFixed(1)} s in all).`,
  );
  say(
    `COPY of the same rows into the same tables: ${copySeconds.toFixed(1)} s; ratio ${(seconds / copySeconds).toFixed(2)}.`,
  );

  say("");
  say("| players | rebuild of Redis | check | bytes a player | Redis CPU a change | Node CPU a change |");
  say("| ---: | ---: | ---: | ---: | ---: | ---: |");
  for (const size of boardSizes) {
    const result = await measureBoard(stores, size);
    say(
      `| ${size} | ${result.rebuildSeconds.toFixed(2)} s | ${result.checkSeconds.toFixed(2)} s | ` +
        `${Math.round(result.bytesAPlayer)} | ${result.redisMicroseconds.toFixed(1)} µs | ${result.nodeMicroseconds.toFixed(1)} µs |`,
    );
  }

  say("");
  say("64 writers over REST, each waiting for its answer; the server on a core of its own:");
  say("");
  say("| DURABILITY | acknowledged a second | ratio | p50 | p99 | API CPU an increment |");
  say("| --- | ---: | ---: | ---: | ---: | ---: |");
  let fastest = 0;
  for (const mode of modes) {
    const { incrementsPerSecond, p50Ms, p99Ms, cpuMicros } = await measureDurability(mode, secondsAMode, cleanUp);
    fastest ||= incrementsPerSecond;
    say(
      `| ${mode} | ${Math.round(incrementsPerSecond)} | ${(incrementsPerSecond / fastest).toFixed(2)} | ` +
        `${p50Ms.toFixed(1)} ms | ${p99Ms.toFixed(1)} ms | ${cpuMicros.toFixed(0)} µs |`,
    );
  }
  await writeFile(join(import.meta.dirname, "..", "STORAGE.md"), `${lines.join("\n")}\n`);
});
