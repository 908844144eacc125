import type { ListedBoard } from "./seed.js";

export interface WelcomeOptions {
  host: string;
  port: number;
  opsPort: number;
  /** A token of the player `user123`. */
  token: string;
  logFile: string;
  boards: readonly ListedBoard[];
  /** Whether the scores are in a folder that --fresh deletes. */
  keptHere: boolean;
}

/** The text that the demo prints once everything runs. */
export function welcome({ host, port, opsPort, token, logFile, boards, keptHere }: WelcomeOptions): string {
  const url = `http://${host}:${port}`;
  const body = JSON.stringify({ userId: "user123", scoreIncrement: 10, authToken: token });
  const width = Math.max(...boards.map(({ id }) => id.length));
  const list = boards.map(({ id, title }) => `  ${id.padEnd(width)}  ${url}/api/v1/boards/${id}/top  ${title}`);
  return `
Standings runs.

  Page        ${url}/
  Playground  ${url}/playground
  Metrics     http://${host}:${opsPort}/metrics
  Log         ${logFile}

Boards:

${list.join("\n")}

A token for the player user123, valid for 24 hours:

${token}

Ten points for user123:

curl -sS ${url}/api/v1/scores/update -H 'content-type: application/json' -d '${body}'

${keptHere ? "The scores are kept for the next time; `npm run demo -- --fresh` forgets them.\n" : ""}Ctrl-C stops everything.
`;
}
