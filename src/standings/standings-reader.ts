import type { Board } from "../domain/board.js";
import { StandingsError } from "../domain/errors.js";
import type { UserId } from "../domain/player.js";
import { rankRows } from "../domain/ranks.js";
import type { Rank, Revision } from "../domain/score.js";
import type { SeasonNumber } from "../domain/season.js";
import type { LocalEntry, PageStart, StandingsPage } from "../domain/standings-page.js";
import type { RedisClient } from "../redis/client.js";
import { keys } from "../redis/keys.js";
import { parseForm, tiesOf, toRows } from "./kept-form.js";
import { scripts } from "./scripts.js";

/** A row as Redis keeps it. It says where the row stands, also after the row has moved or gone. */
export interface KeptPlace {
  readonly season: SeasonNumber;
  /** As it is kept: see kept-form.ts. */
  readonly score: number;
  readonly member: string;
}

/** An answer about one season. */
export interface OfSeason<T> {
  /** The season that runs. */
  readonly season: SeasonNumber;
  /** Undefined when that is not the season that was asked for. */
  readonly found: T | undefined;
}

export interface BoardPulse {
  /** Whether the board is open to changes: it was compared on the Redis server that answers. */
  readonly open: boolean;
  readonly epoch: number;
  readonly revision: Revision;
  readonly season: SeasonNumber;
}

/**
 * Reads of any part of the live standings, each in one step of Redis.
 *
 * @throws StandingsError `unanswered` from all methods; `unreadable` when Redis does not know the board
 */
export class StandingsReader {
  readonly #client: RedisClient;

  constructor(client: RedisClient) {
    this.#client = client;
  }

  /**
   * One page. O(log n + count); O(log² n + count) after a row that has moved.
   *
   * @param season undefined: the one that runs
   */
  async page(
    board: Board,
    start: PageStart<KeptPlace>,
    count: number,
    season: SeasonNumber | undefined,
  ): Promise<OfSeason<StandingsPage<KeptPlace>>> {
    const args = [count, season ?? "", ...startArguments(start)];
    const reply = await known(() => scripts.readPage.run(this.#client, [keys.scores(board), keys.meta(board)], args));
    const [running, ...page] = reply as [season: string, ...page: PageReply | []];
    return ofSeason(running, page.length === 0 ? undefined : toPage(board, Number(running) as SeasonNumber, page));
  }

  /**
   * The rows of several players, best first. O(log n) a player, in one call: the caller limits how many it asks for.
   *
   * @param userIds each once; a player without a score is left out
   * @param season undefined: the one that runs
   */
  async entries(
    board: Board,
    userIds: readonly UserId[],
    season: SeasonNumber | undefined,
  ): Promise<OfSeason<LocalEntry[]>> {
    const boardKeys = [keys.scores(board), keys.meta(board), keys.stamps(board)];
    const reply = await known(() => scripts.readEntries.run(this.#client, boardKeys, [season ?? "", ...userIds]));
    const [running, rules, found] = reply as [season: string, rules?: string, found?: string];
    const rows = found === undefined ? undefined : (JSON.parse(found) as FoundRows);
    return ofSeason(running, rows && toLocalEntries(board, rules, rows));
  }

  /** Whether a board is open, and where it is. O(1). @returns undefined when Redis does not know the board */
  async pulse(board: Board): Promise<BoardPulse | undefined> {
    const reply = await answered(() => scripts.readStatus.run(this.#client, [keys.meta(board)], []));
    if (reply === null) return undefined;
    const [open, epoch, revision, season] = reply as [open: number, epoch: string, revision: string, season: string];
    return {
      open: open === 1,
      epoch: Number(epoch),
      revision: Number(revision) as Revision,
      season: Number(season) as SeasonNumber,
    };
  }
}

/** As read-page.lua gives it, after the season. */
type PageReply = [rules: string, total: number, above: number, better: number, rows: string[]];
/** As read-entries.lua gives it: three elements for each player. */
type FoundRows = (string | number)[];

function startArguments(start: PageStart<KeptPlace>): (string | number)[] {
  if (start.kind === "top") return ["top"];
  if (start.kind === "rank") return ["rank", start.rank];
  return ["after", start.place.score, start.place.member];
}

function ofSeason<T>(running: string, found: T | undefined): OfSeason<T> {
  return { season: Number(running) as SeasonNumber, found };
}

function toPage(board: Board, season: SeasonNumber, reply: PageReply): StandingsPage<KeptPlace> {
  const [rules, total, above, better, flat] = reply;
  const form = parseForm(rules);
  const entries = rankRows(board, toRows(flat, form), tiesOf(form), { position: above + 1, rank: better + 1 });
  const rows = entries.map((entry, index) => {
    const place = { season, score: Number(flat[2 * index + 1]), member: flat[2 * index] ?? "" };
    return { place, entry };
  });
  return { total, above, rows };
}

function toLocalEntries(board: Board, rules: string | undefined, found: FoundRows): LocalEntry[] {
  const form = parseForm(rules);
  const kept: { member: string; bytes: Buffer; score: number; rank: Rank }[] = [];
  for (let index = 0; index + 2 < found.length; index += 3) {
    const [member, score, better] = [String(found[index]), Number(found[index + 1]), Number(found[index + 2])];
    kept.push({ member, bytes: Buffer.from(member), score, rank: (better + 1) as Rank });
  }
  kept.sort((a, b) => b.score - a.score || Buffer.compare(b.bytes, a.bytes));
  const rows = toRows(
    kept.flatMap(({ member, score }) => [member, String(score)]),
    form,
  );
  return rankRows(board, rows, tiesOf(form)).map((local, index) => ({
    localRank: local.rank,
    entry: { ...local, rank: kept[index]?.rank ?? local.rank },
  }));
}

async function known(read: () => Promise<unknown>): Promise<unknown> {
  const reply = await answered(read);
  if (reply === null) throw new StandingsError("unreadable");
  return reply;
}

async function answered(read: () => Promise<unknown>): Promise<unknown> {
  try {
    return await read();
  } catch (error) {
    throw new StandingsError("unanswered", { cause: error });
  }
}
