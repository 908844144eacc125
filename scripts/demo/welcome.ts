import { guest } from "./players.js";
import type { ListedBoard } from "./seed.js";

export interface WelcomeOptions {
  host: string;
  port: number;
  opsPort: number;
  /** A token of the guest. */
  token: string;
  logFile: string;
  boards: readonly ListedBoard[];
  /** Whether the scores are in a folder that --fresh deletes. */
  keptHere: boolean;
}

/** The text that the demo prints once everything runs. */
export function welcome({ host, port, opsPort, token, logFile, boards, keptHere }: WelcomeOptions): string {
  const url = `http://${host}:${port}`;
  const addresses = boards.map(({ id, title }) => [title, id === "main" ? `${url}/` : `${url}/b/${id}`] as const);
  return `
Standings runs.

${columns(addresses)}

${columns([
  ["On a wall", `${url}/?view=wall`],
  ["For OBS", `${url}/overlay/main`],
  ["Playground", `${url}/playground`],
  ["REST", `${url}/api`],
  ["Metrics", `http://${host}:${opsPort}/metrics`],
  ["Log", logFile],
])}

${guest} stands near tenth place. Open its page, ${url}/p/${guest}
then paste these two lines into another terminal. The token is valid for 24 hours.

export TOKEN=${token}

curl -sS ${url}/api/v1/scores/update -H "authorization: Bearer $TOKEN" -H 'content-type: application/json' -d '{"userId":"${guest}","scoreIncrement":25}'

${keptHere ? "The scores are kept for the next time; `npm run demo -- --fresh` forgets them.\n" : ""}Ctrl-C stops everything.
`;
}

function columns(rows: readonly (readonly [name: string, text: string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`).join("\n");
}
