import { spawn } from "node:child_process";
import { Socket } from "node:net";

/**
 * The shell waits on a pipe of which only we hold the other end. The line "done" means that the server has ended; any
 * other lists its frozen processes. End of file without "done" means that we are gone, by whatever cause (even SIGKILL,
 * which runs no handler, closes our pipes). Then it stops the server, and after eight seconds kills it. Frozen
 * processes are thawed first: PostgreSQL would wait for its own for ever.
 */
const script = `
frozen=
while read -r line; do
  [ "$line" = done ] && exit 0
  frozen=$line
done
kill -s CONT "$1" $frozen
kill -s "$2" "$1"
tries=0
while kill -s 0 "$1" && [ "$tries" -lt 80 ]; do
  sleep 0.1
  tries=$((tries + 1))
done
kill -s KILL "$1"
`;

export interface Watchdog {
  /** The server's frozen processes; none after it was thawed. */
  noteFrozen(pids: readonly number[]): void;
  /** The server has ended: its pid may soon belong to someone else. */
  dismiss(): void;
}

/**
 * Makes sure that the process `pid` does not outlive us. One shell for each server, because then there is nothing to
 * keep track of: no list of pids, no module state.
 */
export function startWatchdog(pid: number, stopSignal: NodeJS.Signals): Watchdog {
  const shell = spawn("/bin/sh", ["-c", script, "standings-watchdog", String(pid), stopSignal.replace(/^SIG/, "")], {
    stdio: ["pipe", "ignore", "ignore"],
    // Its own session: Ctrl-C and a closing terminal must not end it before it has done its work.
    detached: true,
    cwd: "/",
  });
  shell.unref();
  if (shell.stdin instanceof Socket) shell.stdin.unref(); // it always is one, though not by its type
  // Without a shell there is no protection, yet the server itself is fine; the record file helps the next run.
  shell.on("error", () => undefined);
  shell.stdin.on("error", () => undefined);
  return {
    noteFrozen: (pids) => void shell.stdin.write(`${pids.join(" ")}\n`),
    dismiss: () => void shell.stdin.end("done\n"),
  };
}
