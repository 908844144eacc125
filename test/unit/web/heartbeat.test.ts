import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Heartbeat, watchedTimes } from "../../../web/src/client/heartbeat.js";

const { quietMs, silentMs, deadMs } = watchedTimes;

describe("the heartbeat of a connection", () => {
  let told: string[];
  let heartbeat: Heartbeat;

  beforeEach(() => {
    vi.useFakeTimers();
    told = [];
    heartbeat = new Heartbeat({
      times: () => watchedTimes,
      ping: () => void told.push("ping"),
      silent: () => void told.push("silent"),
      dead: () => void told.push("dead"),
    });
  });
  afterEach(() => {
    heartbeat.stop();
    vi.useRealTimers();
  });

  test("sends nothing while messages arrive, and then a ping for each quiet second", () => {
    for (let n = 0; n < 20; n++) {
      vi.advanceTimersByTime(quietMs / 2);
      heartbeat.heard();
    }
    expect(told).toEqual([]);
    vi.advanceTimersByTime(quietMs);
    expect(told).toEqual(["ping"]);
    heartbeat.heard();
    vi.advanceTimersByTime(quietMs * 1.5);
    expect(told).toEqual(["ping", "ping"]);
  });

  test("tells of a frozen server within 2.5 s, and gives the connection up later", () => {
    vi.advanceTimersByTime(2_500);
    expect(told).toEqual(["ping", "silent"]);
    vi.advanceTimersByTime(deadMs - silentMs);
    expect(told).toEqual(["ping", "silent", "dead"]);
    vi.advanceTimersByTime(60_000);
    expect(told).toHaveLength(3);
  });

  test("keeps a connection that answers late", () => {
    vi.advanceTimersByTime(quietMs + deadMs - 100);
    heartbeat.heard();
    vi.advanceTimersByTime(quietMs + 200);
    expect(told).toEqual(["ping", "silent", "ping"]);
  });

  test("doubts everything after a sleep, and asks before it gives up", () => {
    vi.advanceTimersByTime(quietMs / 2);
    // The computer sleeps: time passes, and no timer comes.
    vi.setSystemTime(Date.now() + 3_600_000);
    vi.advanceTimersByTime(quietMs / 2);
    expect(told).toEqual(["silent", "ping"]);
    vi.advanceTimersByTime(deadMs - 100);
    expect(told).toEqual(["silent", "ping"]);
    vi.advanceTimersByTime(200);
    expect(told).toEqual(["silent", "ping", "dead"]);
  });

  test("survives a clock that is set back", () => {
    vi.setSystemTime(Date.now() - 3_600_000);
    vi.advanceTimersByTime(2 * quietMs + silentMs);
    expect(told).toEqual(["ping", "silent"]);
  });

  test("asks at once when it is told to, and once only", () => {
    heartbeat.ask();
    heartbeat.ask();
    expect(told).toEqual(["ping"]);
    vi.advanceTimersByTime(silentMs);
    expect(told).toEqual(["ping", "silent"]);
  });
});
