import { userInfo } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { parseBoardChange, parseKnownId, parseNewBoard, parseReason } from "../../commands/board-input.js";
import { parseVariables, type EnvironmentVariables } from "../../config/config.js";
import type { Act } from "../../domain/audit.js";
import type { Board, BoardDefinition } from "../../domain/board.js";
import { badInput } from "../../domain/errors.js";
import type { SeasonNumber } from "../../domain/season.js";
import { BoardRegister } from "../../ledger/board-register.js";
import { databaseAddresses } from "../../ledger/database-url.js";
import { Database } from "../../ledger/database.js";
import { parseAct, parseCreate, parseUpdate } from "./board-arguments.js";
import type { CommandLine } from "./command.js";

const statementTimeoutMs = 10_000;
const pageSize = 1_000;
/** How long `end-season` looks whether a worker ends the season. */
const workerTimeoutMs = 5_000;
const pollMs = 100;

/** `cli.js board <action>`. */
export const boardActions: Readonly<Record<string, (line: CommandLine) => Promise<number>>> = {
  create,
  list,
  update,
  "end-season": endSeason,
  archive,
};

async function create({ args, env, print }: CommandLine): Promise<number> {
  const board = parseNewBoard(parseCreate(args), Date.now());
  await openRegister(env).create(board, act(undefined));
  print(`created ${board.id}: every process knows it within 2 s`);
  return 0;
}

async function list({ args, env, print }: CommandLine): Promise<number> {
  parseArgs({ args: [...args], options: {} });
  const register = openRegister(env);
  let after: Board | undefined;
  let page: BoardDefinition[];
  do {
    page = await register.page(after, pageSize);
    for (const board of page) print(describe(board));
    after = page.at(-1)?.id;
  } while (page.length === pageSize);
  return 0;
}

async function update({ args, env, print }: CommandLine): Promise<number> {
  const { id, change } = parseBoardChange(parseUpdate(args), Date.now());
  await openRegister(env).update(id, change, act(undefined));
  print(`updated ${id}: every process knows it within 2 s`);
  return 0;
}

async function endSeason({ args, env, print }: CommandLine): Promise<number> {
  const { id, reason } = parseAct("end-season", args);
  const board = parseKnownId("board", id);
  const order = act(parseReason(reason));
  const register = openRegister(env);
  const running = await register.runningSeason(board);
  if (!running) throw badInput("board must be one of this server's boards.");
  await register.orderSeasonEnd(board, running.number, order);
  const ended = await hasEnded(register, board, running.number);
  if (ended) print(`season ${running.number} of ${board} has ended; season ${running.number + 1} runs`);
  else print(`season ${running.number} of ${board} ends as soon as a worker runs`);
  return 0;
}

async function archive({ args, env, print }: CommandLine): Promise<number> {
  const { id, reason } = parseAct("archive", args);
  const board = parseKnownId("board", id);
  await openRegister(env).archive(board, act(parseReason(reason)));
  print(`archived ${board}: every process refuses changes within 2 s`);
  return 0;
}

async function hasEnded(register: BoardRegister, board: Board, season: SeasonNumber): Promise<boolean> {
  const deadline = performance.now() + workerTimeoutMs;
  for (;;) {
    const running = await register.runningSeason(board);
    if (running && running.number > season) return true;
    if (performance.now() >= deadline) return false;
    await delay(pollMs);
  }
}

function openRegister(env: EnvironmentVariables): BoardRegister {
  const { DATABASE_URL, DATABASE_DIRECT_URL } = parseVariables(env, ["DATABASE_URL", "DATABASE_DIRECT_URL"]);
  const address = databaseAddresses(DATABASE_URL, DATABASE_DIRECT_URL).serving;
  return new BoardRegister(new Database({ address, statementTimeoutMs, refuseStandby: true }));
}

function act(reason: string | undefined): Act {
  return { actor: `shell:${userName()}`, reason };
}

/** A container's user may have no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? "unknown");
  }
}

/** Titles hold no tabs, as those are control characters. */
function describe({ id, title, operator, order, ties, writers, unit, schedule, archived }: BoardDefinition): string {
  const when = schedule ? `${schedule.cron} (${schedule.timezone})` : "no schedule";
  return [id, title, operator, order, ties, writers, unit, when, archived ? "archived" : "open"].join("\t");
}
