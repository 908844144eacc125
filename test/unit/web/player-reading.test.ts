import { CombinedGraphQLErrors } from "@apollo/client";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { browserClock } from "../../../web/src/client/clock.js";
import { keepReading } from "../../../web/src/player/keep-reading.js";

beforeEach(() => vi.useFakeTimers({ now: 0 }));
afterEach(() => vi.useRealTimers());

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const refusal = new CombinedGraphQLErrors({ data: null }, [
  { message: "No such board.", extensions: { code: "BAD_USER_INPUT" } },
]);

/** Reads that take `takesMs`, and end as `outcomes` say, one after the other; then well. */
function setUp({ hidden = false, repeats = false, takesMs = 0, outcomes = [] as (Error | null)[] } = {}) {
  const page = Object.assign(new EventTarget(), { hidden });
  const readAt: number[] = [];
  const failed = vi.fn();
  const used = vi.fn();
  const reading = keepReading({
    ...{ clock: browserClock, page, gapMs: 1_500, repeats, failed, random: () => 1 },
    read: async (signal) => {
      readAt.push(Date.now());
      if (takesMs > 0) await new Promise((resolve) => setTimeout(resolve, takesMs));
      const error = outcomes.shift();
      if (error) throw error;
      if (!signal.aborted) used();
    },
  });
  const look = (isHidden: boolean) => {
    page.hidden = isHidden;
    page.dispatchEvent(new Event("visibilitychange"));
  };
  return { reading, readAt, failed, used, look };
}

describe("what a page keeps reading", () => {
  test("is read at once, and again some time after it was asked for", async () => {
    const { reading, readAt } = setUp();
    await pass(10_000);
    expect(readAt).toEqual([0]);
    reading.ask();
    await pass(10_000);
    expect(readAt).toEqual([0, 11_500]);
  });

  test("is read every so often although it is asked for all the time, and after the last time, too", async () => {
    const { reading, readAt } = setUp({ takesMs: 200 });
    for (let asked = 0; asked < 60; asked++) {
      await pass(100);
      reading.ask();
    }
    await pass(20_000);
    // The reading at 6.8 s comes too soon after the last time, at 6 s.
    expect(readAt).toEqual([0, 1_700, 3_400, 5_100, 6_800, 8_500]);
  });

  test("is read again after a failure, after waits that grow, until it works", async () => {
    const failure = new Error("away");
    const { readAt, failed, used } = setUp({ outcomes: [failure, failure, failure] });
    await pass(60_000);
    expect(readAt).toEqual([0, 500, 1_500, 3_500]);
    expect(failed).toHaveBeenCalledTimes(3);
    expect(used).toHaveBeenCalledTimes(1);
  });

  test("is not read again after a refusal, even when asked", async () => {
    const { reading, readAt } = setUp({ outcomes: [refusal] });
    await pass(60_000);
    reading.ask();
    await pass(60_000);
    expect(readAt).toEqual([0]);
  });

  test("is not read while the page is hidden, but as soon as somebody looks", async () => {
    const { readAt, look } = setUp({ hidden: true, repeats: true });
    await pass(60_000);
    expect(readAt).toEqual([]);
    look(false);
    await pass(1_000);
    look(true);
    await pass(60_000);
    expect(readAt).toEqual([60_000]);
    look(false);
    await pass(1_600);
    expect(readAt).toEqual([60_000, 121_000, 122_500]);
  });

  test("is not used any more once the page has stopped", async () => {
    const { reading, readAt, used } = setUp({ takesMs: 200 });
    await pass(100);
    reading.stop();
    await pass(60_000);
    reading.ask();
    await pass(60_000);
    expect(readAt).toEqual([0]);
    expect(used).not.toHaveBeenCalled();
  });
});
