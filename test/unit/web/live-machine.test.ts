import { describe, expect, test } from "vitest";
import {
  knowsNothing,
  liveStateOf,
  nextKnowledge,
  statusLastsMs,
  type FeedState,
  type LiveEvent,
} from "../../../web/src/live/live-machine.js";

const rows = (at: number): LiveEvent => ({ type: "rows", at });
const status = (at: number, state: FeedState = "LIVE", serverAsOf = at): LiveEvent => ({
  type: "status",
  at,
  state,
  serverAsOf,
});
const lost = (retryAt: number): LiveEvent => ({ type: "lost", retryAt });

const after = (...events: readonly LiveEvent[]) => events.reduce(nextKnowledge, knowsNothing);
const stateAfter = (now: number, ...events: readonly LiveEvent[]) => liveStateOf(after(...events), now);

describe("what a page says of its rows", () => {
  test("is live only when the rows flow and the server calls them current", () => {
    expect(stateAfter(100)).toEqual({ kind: "connecting" });
    expect(stateAfter(100, { type: "queried", at: 50 })).toEqual({ kind: "connecting" });
    expect(stateAfter(100, rows(60))).toEqual({ kind: "connecting" });
    expect(stateAfter(100, status(60))).toEqual({ kind: "connecting" });
    expect(stateAfter(100, rows(60), status(70))).toEqual({ kind: "live", at: 70 });
    expect(stateAfter(100, status(70), rows(80))).toEqual({ kind: "live", at: 80 });
  });

  test("a live status says that the rows shown before are still the newest", () => {
    expect(stateAfter(9_000, rows(60), status(70), status(5_070))).toEqual({ kind: "live", at: 5_070 });
  });

  test("is paused as of the server's last look while its store does not answer", () => {
    const events = [rows(1_000), status(1_000), status(7_000, "STALE", 5_500)];
    expect(stateAfter(8_000, ...events)).toEqual({ kind: "paused", asOf: 5_500 });
    expect(stateAfter(9_500, ...events, status(9_000, "RECOVERING", 5_500))).toEqual({
      kind: "recovering",
      asOf: 5_500,
    });
    expect(stateAfter(10_500, ...events, status(10_000))).toEqual({ kind: "live", at: 10_000 });
  });

  test("shows the server's moments by this browser's clock", () => {
    const ahead = 60_000;
    const events = [rows(0), status(40, "LIVE", ahead), status(5_010, "LIVE", ahead + 5_000)];
    // The way took at least 10 ms too long to call; the rest is the difference of the clocks.
    expect(stateAfter(8_000, ...events, status(8_000, "STALE", ahead + 6_000))).toEqual({
      kind: "paused",
      asOf: 6_010,
    });
  });

  test("never says that rows are of the future, however wrong a clock is", () => {
    expect(stateAfter(100, status(100, "STALE", 5_000))).toEqual({ kind: "paused", asOf: 100 });
  });

  test("is paused while the server says nothing, and live again with its next word", () => {
    const silent = [rows(0), status(0), { type: "silent" }] as const;
    expect(stateAfter(2_400, ...silent)).toEqual({ kind: "paused", asOf: 0 });
    expect(stateAfter(2_500, ...silent, { type: "heard" })).toEqual({ kind: "live", at: 0 });
    const known = after(rows(0), status(0));
    expect(nextKnowledge(known, { type: "heard" })).toBe(known);
  });

  test("is paused when the server answers but has given no status for too long", () => {
    expect(stateAfter(statusLastsMs, rows(0), status(0)).kind).toBe("live");
    expect(stateAfter(statusLastsMs + 1, rows(0), status(0))).toEqual({ kind: "paused", asOf: 0 });
  });

  test("is reconnecting from the loss until both rows and status have come anew", () => {
    const reconnecting = { kind: "reconnecting", asOf: 0, retryAt: 3_000 };
    const events = [rows(0), status(0), lost(3_000)];
    expect(stateAfter(1_000, ...events)).toEqual(reconnecting);
    expect(stateAfter(3_500, ...events, status(3_400))).toEqual(reconnecting);
    expect(stateAfter(3_500, ...events, rows(3_400)).kind).toBe("reconnecting");
    expect(stateAfter(3_500, ...events, status(3_400), rows(3_450))).toEqual({ kind: "live", at: 3_450 });
  });

  test("tells a store that is away from a stream of rows that ended", () => {
    const ended: LiveEvent = { type: "rowsEnded", retryAt: 2_000 };
    expect(stateAfter(1_000, rows(0), status(0), ended)).toEqual({ kind: "reconnecting", asOf: 0, retryAt: 2_000 });
    expect(stateAfter(1_000, rows(0), status(0), ended, status(900, "STALE", 0)).kind).toBe("paused");
    expect(stateAfter(1_000, rows(0), status(0), ended, status(900, "RECOVERING", 0)).kind).toBe("recovering");
  });

  test("is offline only when the browser has no network and the connection is lost with it", () => {
    const offline: LiveEvent = { type: "offline" };
    // A service on this very machine goes on without a network.
    expect(stateAfter(10, rows(0), status(0), offline)).toEqual({ kind: "live", at: 0 });
    expect(stateAfter(10, rows(0), status(0), offline, lost(500))).toEqual({ kind: "offline", asOf: 0 });
    expect(stateAfter(10, rows(0), status(0), offline, lost(500), { type: "online" }).kind).toBe("reconnecting");
    expect(stateAfter(10, rows(0), status(0), offline, { type: "silent" }).kind).toBe("offline");
    const unreachable: LiveEvent = { type: "unreachable" };
    expect(stateAfter(10, rows(0), status(0), offline, unreachable).kind).toBe("offline");
    expect(stateAfter(10, rows(0), status(0), offline, unreachable, { type: "online" }).kind).toBe("live");
    expect(stateAfter(10, lost(500), offline)).toEqual({ kind: "offline", asOf: null });
  });

  test("counts down even where nothing was ever shown", () => {
    expect(stateAfter(10, lost(500))).toEqual({ kind: "reconnecting", asOf: null, retryAt: 500 });
  });
});
