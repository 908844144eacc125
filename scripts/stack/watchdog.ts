import { spawn } from "node:child_process";
import { Socket } from "node:net";

/**
 * The shell waits on a pipe whose other end only this process holds. The line "done" means that the server has ended;
 * any other line lists its frozen processes. End of file without "done" means that this process is gone, whatever ended
 * it (even SIGKILL, which runs no handler, closes the pipe). The shell then stops the server, and kills it after eight
 * seconds. It thaws frozen processes first: PostgreSQL would wait for them for ever.
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
  /** The server's frozen processes; an empty list after it was thawed. */
  noteFrozen(pids: readonly number[]): void;
  /** The server has ended: its pid may soon belong to another process. */
  dismiss(): void;
}

/**
 * Makes sure that the process `pid` does not outlive this one. Each server has its own shell, so there is no list of
 * pids and no module state to keep.
 */
export function startWatchdog(pid: number, stopSignal: NodeJS.Signals): Watchdog {
  const shell = spawn("/bin/sh", ["-c", script, "standings-watchdog", String(pid), stopSignal.replace(/^SIG/, "")], {
    stdio: ["pipe", "ignore", "ignore"],
    // It has its own session: Ctrl-C and a closing terminal must not end it before it has stopped the server.
    detached: true,
    cwd: "/",
  });
  shell.unref();
  if (shell.stdin instanceof Socket) shell.stdin.unref(); // it always is one, though not by its type
  // Without a shell there is no protection, but the server itself works; the record file helps the next run.
  shell.on("error", () => undefined);
  shell.stdin.on("error", () => undefined);
  return {
    noteFrozen: (pids) => void shell.stdin.write(`${pids.join(" ")}\n`),
    dismiss: () => void shell.stdin.end("done\n"),
  };
}
