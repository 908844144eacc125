import { describe, expect, test } from "vitest";
import type { Entry, Snapshot } from "../../../web/src/live/board-view.js";
import { alsoOnLastRank, rowsAt, type Row } from "../../../web/src/parts/standings/rows.js";
import { agedStory, changeShownMs, nextStory, type Story } from "../../../web/src/parts/standings/story.js";

const start = 1_000_000;
const second = 1_000;

/** Rows from scores, in the given order; equal scores share a rank. */
function entries(...scores: [userId: string, score: number][]): Entry[] {
  return scores.map(([userId, score]) => ({
    rank: scores.findIndex(([, other]) => other === score) + 1,
    userId,
    score,
    player: { displayName: null, avatarUrl: null, country: null },
  }));
}

/** A board and the page that watches it, by a clock that the test moves. */
class Watched {
  now = start;
  story: Story | null = null;
  rows: readonly Row[] = [];
  #revision = 0;

  tell(list: readonly Entry[], more: Partial<Snapshot> = {}): void {
    this.#revision += 1;
    this.story = nextStory(this.story, { season: 1, revision: this.#revision, entries: list, ...more }, this.now);
    this.look();
  }

  wait(ms: number): void {
    this.now += ms;
    this.look();
  }

  look(): void {
    this.story &&= agedStory(this.story, this.now);
    if (this.story) this.rows = rowsAt(this.story, this.now, "HIGHEST_FIRST", this.rows);
  }

  row(userId: string): Row {
    const row = this.rows.find(({ entry }) => entry.userId === userId);
    if (!row) throw new Error(`${userId} has no row.`);
    return row;
  }

  events(): (string | null)[][] {
    return (this.story?.events ?? []).map(({ kind, userId, from }) => [kind, userId, from]);
  }
}

describe("a board's story", () => {
  test("begins without changes, movement or events", () => {
    const board = new Watched();
    board.tell(entries(["ada", 30], ["bob", 20]));
    expect(board.rows.map(({ change, movement, step, gap }) => [change, movement, step, gap])).toEqual([
      [null, 0, null, { kind: "leads", by: 10 }],
      [null, 0, null, { kind: "behind", by: 10 }],
    ]);
    expect(board.events()).toEqual([]);
  });

  test("merges changes within 400 ms, tells the next ones apart, and forgets them", () => {
    const board = new Watched();
    board.tell(entries(["ada", 30]));
    board.tell(entries(["ada", 33]));
    board.wait(400);
    board.tell(entries(["ada", 37]));
    expect(board.row("ada").change).toBe(7);
    const { changeSince } = board.row("ada");
    board.wait(1);
    board.tell(entries(["ada", 38]));
    expect(board.row("ada").change).toBe(1);
    expect(board.row("ada").changeSince).not.toBe(changeSince);
    board.wait(changeShownMs);
    expect(board.row("ada").change).toBeNull();
  });

  test("tells movement over the last minute, and no longer", () => {
    const board = new Watched();
    board.tell(entries(["ada", 30], ["bob", 20], ["cyd", 10]));
    board.wait(10 * second);
    board.tell(entries(["cyd", 40], ["ada", 30], ["bob", 20]));
    expect(board.rows.map(({ movement }) => movement)).toEqual([2, -1, -1]);
    board.wait(49 * second);
    expect(board.row("cyd").movement).toBe(2);
    board.wait(13 * second);
    expect(board.rows.map(({ movement }) => movement)).toEqual([0, 0, 0]);
  });

  test("calls a player new who was in no row a minute ago", () => {
    const board = new Watched();
    board.tell(entries(["ada", 30]));
    board.wait(5 * second);
    board.tell(entries(["ada", 30], ["bob", 20]));
    expect(board.row("bob")).toMatchObject({ movement: "new", change: null, step: "new" });
    board.wait(62 * second);
    expect(board.row("bob").movement).toBe(0);
  });

  test("marks every tied row, and names who shares the tenth place below it", () => {
    const board = new Watched();
    const scores = Array.from({ length: 13 }, (_, n): [string, number] => [`p${n}`, n < 9 ? 100 - n : n < 12 ? 50 : 1]);
    board.tell(entries(...scores));
    expect(board.rows.map(({ tied }) => tied)).toEqual([...Array<boolean>(9).fill(false), true]);
    expect(alsoOnLastRank(entries(...scores)).map(({ userId }) => userId)).toEqual(["p10", "p11"]);
    board.tell(entries(["a", 5], ["b", 5], ["c", 4]));
    expect(board.rows.map(({ tied, gap }) => [tied, gap.kind])).toEqual([[true, "level"], [true, "level"], [false, "behind"]]); // prettier-ignore
  });

  test("tells a change of the lead, a draw at the top, and who enters the top ten", () => {
    const board = new Watched();
    const field = Array.from({ length: 9 }, (_, n): [string, number] => [`p${n}`, 50 - n]);
    board.tell(entries(["ada", 100], ["bob", 90], ...field));
    board.tell(entries(["ada", 100], ["bob", 100], ...field));
    expect(board.events()).toEqual([["level", "bob", null]]);
    board.tell(entries(["bob", 101], ["ada", 100], ...field));
    expect(board.events()[0]).toEqual(["level", "bob", null]);
    board.wait(second);
    board.tell(entries(["ada", 120], ["bob", 101], ...field));
    expect(board.events()[0]).toEqual(["lead", "ada", "bob"]);
    expect(board.story?.leads).toBe(1);
    const [...others] = field.slice(0, 7);
    board.tell(entries(["ada", 120], ["bob", 101], ...others, ["p8", 43], ["p7", 42]));
    expect(board.events()[0]).toEqual(["enter", "p8", null]);
    board.wait(25 * second);
    expect(board.events()).toEqual([]);
  });

  test("draws the last minute with one scale for all, and only where it is known", () => {
    const board = new Watched();
    board.tell(entries(["ada", 30], ["bob", 20]));
    expect(board.row("ada").trend.points).toEqual([[1, 0]]);
    board.wait(10 * second);
    board.tell(entries(["ada", 46], ["bob", 24]));
    const last = (id: string) => board.row(id).trend.points.at(-1);
    expect(last("ada")).toEqual([1, 1]);
    expect(last("bob")).toEqual([1, 0.25]);
    expect(board.row("ada").trend.points).toHaveLength(6);
    board.wait(120 * second);
    expect(board.row("ada").trend.points).toHaveLength(31);
  });

  test("keeps the objects of rows that look the same", () => {
    const board = new Watched();
    board.tell(entries(["ada", 300], ["bob", 20], ["cyd", 10]));
    const bob = board.row("bob");
    board.tell(entries(["ada", 300], ["bob", 20], ["cyd", 11]));
    expect(board.row("bob")).toBe(bob);
    const { rows } = board;
    board.look();
    expect(board.rows).toBe(rows);
  });

  test("starts anew with a season, and takes no older one or older revision", () => {
    const board = new Watched();
    board.tell(entries(["ada", 30]), { season: 2 });
    board.tell(entries(["ada", 99]), { season: 1 });
    board.tell(entries(["ada", 98]), { season: 2, revision: 0 });
    board.tell(entries(["ada", 97]), { season: 2, revision: null });
    expect(board.row("ada").entry.score).toBe(30);
    board.tell(entries(["ada", 1]), { season: 3 });
    expect(board.row("ada")).toMatchObject({ change: null, movement: 0, step: null });
  });

  test("does not grow in ten thousand changes by players who come and go", () => {
    const board = new Watched();
    let most = 0;
    for (let n = 0; n < 10_000; n++) {
      const list = Array.from({ length: 15 }, (_, place): [string, number] => [
        `p${(n >> 3) + place}`,
        10_000 + n - place,
      ]);
      board.tell(entries(...list));
      board.now += n % 100 === 0 ? 20 * second : 50;
      const samples = [...(board.story?.tracks.values() ?? [])].map((track) => track.samples.length);
      most = Math.max(most, ...samples);
      if (n % 500 === 0) expect(samples.length).toBeLessThanOrEqual(240);
    }
    expect(most).toBeLessThanOrEqual(33);
    expect(board.story?.events.length).toBeLessThanOrEqual(12);
  });
});
