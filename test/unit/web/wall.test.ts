import { describe, expect, test } from "vitest";
import { driftAt } from "../../../web/src/wall/drift.js";
import { boardAfter, nextRotation, slidesOf, type Rotation } from "../../../web/src/wall/use-rotation.js";
import { readWallRoute } from "../../../web/src/wall/wall-route.js";
import { readOverlayRoute } from "../../../web/src/overlay/overlay-route.js";

const address = (path: string) => new URL(path, "http://standings.example");

describe("the address of a wall", () => {
  const wall = (path: string, board = "main") => readWallRoute(address(path), board);

  test("names the boards to show in turn, and for how long", () => {
    expect(wall("/?view=wall&boards=a,b,a,&every=30")).toEqual({ boards: ["a", "b"], everyMs: 30_000 });
  });

  test("shows all boards for twenty seconds each, unless it is a board's own address", () => {
    expect(wall("/?view=wall")).toEqual({ boards: null, everyMs: 20_000 });
    expect(wall("/b/a?view=wall", "a").boards).toEqual(["a"]);
    expect(wall("/?board=a&view=wall", "a").boards).toEqual(["a"]);
  });

  test("keeps the time within reason", () => {
    expect(["0", "-3", "1e9", "soon", ""].map((every) => wall(`/?every=${every}`).everyMs / 1_000)).toEqual([
      5, 5, 3_600, 20, 20,
    ]);
  });
});

describe("the address of an overlay", () => {
  test("names board, rows and side", () => {
    const route = { board: "sprint", rows: 3, side: "right" };
    expect(readOverlayRoute(address("/overlay/sprint?rows=3&side=right"))).toEqual(route);
    expect(readOverlayRoute(address("/overlay/a%2Fb?rows=0.5&side=up"))).toEqual({
      board: "a/b",
      rows: 1,
      side: "left",
    });
    expect(readOverlayRoute(address("/overlay/%")).board).toBe("%");
  });
});

describe("the turns of a wall", () => {
  const boards = ["a", "b", "c"];
  const phases = (all: readonly string[], rotation: Rotation) =>
    slidesOf(all, rotation).map(({ board, phase }) => `${board} ${phase}`);
  const turned = (rotation: Rotation, times: number, all = boards): Rotation =>
    times === 0 ? rotation : turned(nextRotation(rotation, boardAfter(all, rotation.shown)), times - 1, all);
  const begin: Rotation = { shown: "a", former: null, step: "stays" };

  test("draw the next board before its turn and the last one after it, and follow all", () => {
    expect(phases(boards, begin)).toEqual(["a shown", "b waiting", "c waiting"]);
    expect(phases(boards, turned(begin, 1))).toEqual(["a shown", "b next", "c waiting"]);
    expect(phases(boards, turned(begin, 2))).toEqual(["a leaving", "b shown", "c waiting"]);
    expect(phases(boards, turned(begin, 3))).toEqual(["a waiting", "b shown", "c waiting"]);
    expect(turned(begin, 9)).toMatchObject({ shown: "a", step: "stays" });
  });

  test("go on from the board that is shown when there is another list", () => {
    const second = turned(begin, 3);
    expect(turned(second, 2, ["new", "a", "b", "c"]).shown).toBe("c");
    expect(boardAfter(["a", "c"], "gone")).toBe("a");
  });

  test("follow only what is drawn where there are many boards", () => {
    const many = Array.from({ length: 30 }, (_, n) => `board ${n}`);
    expect(phases(many, { shown: "board 29", former: "board 28", step: "preloads" })).toEqual([
      "board 0 next",
      "board 29 shown",
    ]);
  });
});

describe("the drift of a wall", () => {
  const minute = 60_000;

  test("begins in the middle, and stays within the field", () => {
    expect(driftAt(0)).toEqual({ x: 0, y: 0, swapped: false });
    for (let at = 0; at < 600 * minute; at += 7_000) {
      const { x, y } = driftAt(at);
      expect(Math.max(Math.abs(x), Math.abs(y))).toBeLessThanOrEqual(1);
    }
  });

  test("goes small steps, and is at many places within an hour", () => {
    const hour = Array.from({ length: 240 }, (_, n) => driftAt(n * 15_000));
    hour.slice(1).forEach(({ x, y }, n) => {
      expect(Math.abs(x - (hour[n]?.x ?? 0))).toBeLessThan(0.1);
      expect(Math.abs(y - (hour[n]?.y ?? 0))).toBeLessThan(0.1);
    });
    expect(new Set(hour.map(({ x, y }) => `${x.toFixed(2)} ${y.toFixed(2)}`)).size).toBeGreaterThan(100);
    expect(hour.filter(({ swapped }) => swapped)).toHaveLength(96);
  });
});
