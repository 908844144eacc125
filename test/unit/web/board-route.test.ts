import { expect, test } from "vitest";
import { readRoute, seasonAddress } from "../../../web/src/board/route.js";
import { eventWords } from "../../../web/src/parts/standings/event-words.js";
import { formatRemaining } from "../../../web/src/format/time.js";
import { hueOf } from "../../../web/src/format/hue.js";
import { playerPath } from "../../../web/src/format/paths.js";
import { ordinal } from "../../../web/src/format/ordinal.js";
import { shareOf } from "../../../web/src/parts/standings/standing.js";

const at = (address: string) => readRoute(new URL(address, "http://board.example"));

test("an address names a board, a player and a season", () => {
  expect(at("/")).toEqual({ board: "main", player: null, season: null });
  expect(at("/?board=chess&player=ada")).toEqual({ board: "chess", player: "ada", season: null });
  expect(at("/b/chess?season=3")).toEqual({ board: "chess", player: null, season: 3 });
  expect(at("/b/a%20b/").board).toBe("a b");
  expect(at("/b/100%").board).toBe("100%");
  for (const season of ["0", "-1", "1.5", "x", ""]) expect(at(`/?season=${season}`).season).toBeNull();
});

test("the address of a season keeps the board and the player", () => {
  const address = new URL("http://board.example/b/chess?player=ada&season=2");
  expect(seasonAddress(address, 1)).toBe("/b/chess?player=ada&season=1");
  expect(seasonAddress(address, null)).toBe("/b/chess?player=ada");
});

test("a player's address fits any id", () => {
  expect(playerPath("a/b ?", "main")).toBe("/p/a%2Fb%20%3F");
  expect(playerPath("ada", "chess")).toBe("/p/ada?board=chess");
});

test("events are sentences", () => {
  const event = { userId: "a", name: "Ada", from: "Guido", rank: 11, at: 0 };
  const sentence = (kind: Parameters<typeof eventWords>[0]["kind"]) =>
    eventWords({ ...event, kind })
      .map(({ text }) => text)
      .join("");
  expect(sentence("lead")).toBe("Ada takes the lead from Guido");
  expect(sentence("climb")).toBe("Ada climbs to 11th");
  expect(sentence("enter")).toBe("Ada enters the top ten");
});

test("ordinals and remaining times read as people say them", () => {
  expect([1, 2, 3, 4, 11, 22].map(ordinal)).toEqual(["1st", "2nd", "3rd", "4th", "11th", "22nd"]);
  const minutes = 60_000;
  expect([-5, 1, 90_000, 125 * minutes, 76 * 60 * minutes, 48 * 60 * minutes].map(formatRemaining)).toEqual([
    "0 s", "1 s", "1 min 30 s", "2 h 5 min", "3 d 4 h", "2 d",
  ]); // prettier-ignore
});

test("a share of the leader is between 0 and 1 on every kind of board", () => {
  expect(shareOf(50, 200, "HIGHEST_FIRST")).toBe(0.25);
  expect(shareOf(200, 50, "LOWEST_FIRST")).toBe(0.25);
  expect(shareOf(-50, -10, "HIGHEST_FIRST")).toBe(0.2);
  expect(shareOf(-10, -50, "LOWEST_FIRST")).toBe(0.2);
  expect(shareOf(0, 0, "HIGHEST_FIRST")).toBe(1);
  expect(shareOf(-5, 5, "HIGHEST_FIRST")).toBe(0);
});

test("hues of players differ, and stay", () => {
  expect(hueOf("ada")).toBe(hueOf("ada"));
  const hues = Array.from({ length: 12 }, (_, n) => hueOf(`player ${n}`));
  expect(new Set(hues).size).toBe(12);
  for (const hue of hues) expect(hue).toBeGreaterThanOrEqual(0);
});
