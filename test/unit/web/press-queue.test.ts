import { describe, expect, test } from "vitest";
import type { Clock } from "../../../web/src/client/clock.js";
import { KeptPresses } from "../../../web/src/presses/kept-presses.js";
import type { Press } from "../../../web/src/presses/press.js";
import { mostPending, PressQueue } from "../../../web/src/presses/press-queue.js";
import { lostConnection, type PressResult } from "../../../web/src/presses/press-result.js";
import { queueWords } from "../../../web/src/presses/queue-words.js";

const hour = 3_600_000;

/** Time that passes when a test says so. */
class FakeClock implements Clock {
  #now = 0;
  readonly #calls = new Map<object, { at: number; call: () => void }>();

  now(): number {
    return this.#now;
  }

  after(ms: number, call: () => void): () => void {
    const id = {};
    this.#calls.set(id, { at: this.#now + ms, call });
    return () => void this.#calls.delete(id);
  }

  async pass(ms: number): Promise<void> {
    this.#now += ms;
    for (const [id, { at, call }] of this.#calls) {
      if (at > this.#now) continue;
      this.#calls.delete(id);
      call();
    }
    await answers();
  }
}

/** A server that answers when the test says so. */
function setUp({ subject = "ada", store = new Map<string, string>() } = {}) {
  const clock = new FakeClock();
  const tab = {
    getItem: (key: string) => store.get(key) ?? null,
    setItem: (key: string, value: string) => void store.set(key, value),
    removeItem: (key: string) => void store.delete(key),
  };
  const target = { board: "main", userId: "ada", operator: "ADD" } as const;
  const sent: { presses: readonly Press[]; answer: (results: readonly PressResult[]) => void }[] = [];
  let keys = 0;
  const queue = new PressQueue({
    clock,
    newKey: () => `key ${++keys}`,
    kept: new KeptPresses(tab, target, () => subject),
    random: () => 1,
    send: (presses) => new Promise((resolve) => sent.push({ presses, answer: resolve })),
  });
  /** Answers the newest request. */
  const answer = async (...results: PressResult[]) => {
    sent.at(-1)?.answer(results);
    await answers();
  };
  const sentKeys = () => sent.map(({ presses }) => presses.map(({ key }) => key));
  return { clock, queue, answer, sentKeys, store };
}

async function answers(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
}

const applied = (score: number, revision: number): PressResult => ({ kind: "applied", rank: 1, score, revision });
const failed = (code: string, retryAfter: number | null = null): PressResult => ({
  kind: "failed",
  code,
  message: `${code}.`,
  retryAfter,
});

describe("the queue of presses", () => {
  test("sends a press at once with a key of its own, and is done with the answer", async () => {
    const { queue, answer, sentKeys } = setUp();
    queue.press(10, 1);
    expect(queue.state()).toMatchObject({ phase: { kind: "sending" }, pending: [{ amount: 10 }] });
    await answer(applied(30, 7));
    expect(sentKeys()).toEqual([["key 1"]]);
    expect(queue.state()).toEqual({
      phase: { kind: "idle" },
      pending: [],
      sent: [],
      confirmed: { rank: 1, score: 30, revision: 7 },
      refused: [],
      allCounted: true,
    });
  });

  test("sends presses that came meanwhile together, each with its own key", async () => {
    const { queue, answer, sentKeys } = setUp();
    queue.press(1, 1);
    queue.press(2, 1);
    queue.press(3, 1);
    await answer(applied(1, 1));
    expect(sentKeys()).toEqual([["key 1"], ["key 2", "key 3"]]);
    await answer(applied(3, 2), applied(6, 3));
    expect(queue.state()).toMatchObject({ pending: [], confirmed: { score: 6, revision: 3 } });
  });

  test.each([lostConnection, "UNKNOWN_OUTCOME", "UNAVAILABLE", "RECOVERING", "INTERNAL_SERVER_ERROR"])(
    "sends again with the same key after %s, after waits that grow",
    async (code) => {
      const { clock, queue, answer, sentKeys } = setUp();
      queue.press(10, 1);
      await answer(failed(code));
      expect(queue.state().phase).toEqual({ kind: "waiting", until: 500, code });
      await clock.pass(499);
      expect(sentKeys()).toHaveLength(1);
      await clock.pass(1);
      await answer(failed(code));
      expect(queue.state().phase).toEqual({ kind: "waiting", until: 1_500, code });
      await clock.pass(1_000);
      await answer(applied(10, 1));
      expect(sentKeys()).toEqual([["key 1"], ["key 1"], ["key 1"]]);
      expect(queue.state()).toMatchObject({ pending: [], phase: { kind: "idle" } });
    },
  );

  test("sends only those again that have no answer", async () => {
    const { clock, queue, answer, sentKeys } = setUp();
    queue.press(1, 1);
    queue.press(2, 1);
    queue.press(3, 1);
    await answer(failed("UNAVAILABLE"));
    await clock.pass(500);
    await answer(applied(1, 1), failed("UNKNOWN_OUTCOME"), applied(6, 3));
    expect(queue.state().pending).toMatchObject([{ key: "key 2" }]);
    await clock.pass(500);
    expect(sentKeys().at(-1)).toEqual(["key 2"]);
    // It had counted at the first attempt, and is answered as it was then.
    await answer(applied(3, 2));
    expect(queue.state()).toMatchObject({ pending: [], confirmed: { score: 6, revision: 3 } });
  });

  test("tells the presses that may have counted from those that were never sent", async () => {
    const { clock, queue, answer } = setUp();
    const sent = () => queue.state().sent.map(({ key }) => key);
    queue.press(1, 1);
    queue.press(2, 1);
    expect(sent()).toEqual(["key 1"]);
    await answer(failed(lostConnection));
    queue.press(3, 1);
    expect(sent()).toEqual(["key 1"]);
    await clock.pass(500);
    expect(sent()).toEqual(["key 1", "key 2", "key 3"]);
    await answer(applied(1, 1), failed(lostConnection), failed("FORBIDDEN"));
    expect(sent()).toEqual(["key 2"]);
  });

  test("says that all counted only when all did", async () => {
    const { queue, answer } = setUp();
    const words = () => queueWords(queue.state(), 0).text;
    expect(words()).toBe("");
    queue.press(1, 1);
    await answer(applied(1, 1));
    expect(words()).toBe("All counted.");
    queue.press(10, 1);
    queue.press(1, 1);
    await answer(failed("FORBIDDEN"));
    await answer(applied(2, 2));
    expect(words()).toBe("");
    queue.dismissRefusals();
    expect(words()).toBe("");
    queue.press(1, 1);
    await answer(applied(3, 3));
    expect(words()).toBe("All counted.");
  });

  test("waits exactly as long as a rate limit says", async () => {
    const { clock, queue, answer, sentKeys } = setUp();
    queue.press(10, 1);
    await answer(failed("RATE_LIMITED", 3));
    expect(queue.state().phase).toEqual({ kind: "waiting", until: 3_000, code: "RATE_LIMITED" });
    queue.press(11, 1);
    await clock.pass(2_999);
    expect(sentKeys()).toHaveLength(1);
    await clock.pass(1);
    expect(sentKeys().at(-1)).toEqual(["key 1", "key 2"]);
  });

  test("waits for a token, and goes on with the same keys", async () => {
    const { clock, queue, answer, sentKeys } = setUp();
    queue.press(10, 1);
    await answer(failed("UNAUTHENTICATED"));
    expect(queue.state()).toMatchObject({ phase: { kind: "stopped" }, pending: [{ key: "key 1" }] });
    await clock.pass(hour);
    expect(sentKeys()).toHaveLength(1);
    queue.retry();
    expect(sentKeys()).toEqual([["key 1"], ["key 1"]]);
  });

  test.each(["FORBIDDEN", "BAD_USER_INPUT", "SEASON_CLOSED", "BOARD_ARCHIVED", "IDEMPOTENCY_KEY_REUSED"])(
    "does not send again after %s, and says why",
    async (code) => {
      const { queue, answer, sentKeys } = setUp();
      queue.press(10, 1);
      await answer(failed(code));
      expect(sentKeys()).toHaveLength(1);
      expect(queue.state()).toMatchObject({
        pending: [],
        phase: { kind: "idle" },
        refused: [{ code, message: `${code}.`, press: { amount: 10 } }],
      });
      queue.dismissRefusals();
      expect(queue.state().refused).toEqual([]);
    },
  );

  test("sends presses of two seasons apart, as one request names one season", async () => {
    const { queue, answer, sentKeys } = setUp();
    queue.press(1, 1);
    queue.press(2, 1);
    queue.press(3, 2);
    await answer(applied(1, 1));
    expect(sentKeys().at(-1)).toEqual(["key 2"]);
    await answer(failed("SEASON_CLOSED"));
    expect(sentKeys().at(-1)).toEqual(["key 3"]);
  });

  test("takes no more than one batch, and says so", () => {
    const { queue } = setUp();
    for (let count = 0; count < mostPending; count++) expect(queue.press(1, 1)).toBe(true);
    expect(queue.press(1, 1)).toBe(false);
    expect(queue.state().pending).toHaveLength(mostPending);
  });

  test("tries at once when the network is back", async () => {
    const { clock, queue, answer, sentKeys } = setUp();
    queue.press(1, 1);
    await answer(failed(lostConnection));
    queue.retry();
    expect(sentKeys()).toHaveLength(2);
    await answer(applied(1, 1));
    await clock.pass(hour);
    expect(sentKeys()).toHaveLength(2);
  });

  test("does not send again what the server may have forgotten", async () => {
    const { clock, queue, answer, sentKeys } = setUp();
    queue.press(1, 1);
    await answer(failed(lostConnection));
    await clock.pass(24 * hour);
    expect(sentKeys()).toHaveLength(1);
    expect(queue.state()).toMatchObject({ pending: [], refused: [{ code: "TOO_OLD" }] });
  });

  test("goes on with the same keys when the page is loaded again, and keeps nothing that was answered", async () => {
    const before = setUp();
    before.queue.press(10, 1);
    before.queue.press(5, 1);
    before.queue.stop();
    await before.answer(applied(10, 1));
    const after = setUp({ store: before.store });
    expect(after.queue.state()).toMatchObject({ phase: { kind: "waiting" }, pending: [{ amount: 10 }, { amount: 5 }] });
    after.queue.retry();
    expect(after.sentKeys()).toEqual([["key 1", "key 2"]]);
    await after.answer(applied(10, 1), applied(15, 2));
    expect(after.queue.state()).toMatchObject({ phase: { kind: "idle" }, pending: [] });
    expect(after.store.size).toBe(0);
  });

  test("is not given what another subject left, which is then forgotten", () => {
    const before = setUp();
    before.queue.press(10, 1);
    const other = setUp({ store: before.store, subject: "bob" });
    expect(other.queue.state()).toMatchObject({ phase: { kind: "idle" }, pending: [] });
    other.queue.clear();
    expect(before.store.size).toBe(0);
  });

  test.each([
    "",
    "null",
    "[]",
    "{",
    '{"subject":"ada","waiting":{"[\\"main\\",\\"ada\\",\\"ADD\\"]":[null,{"key":1}]}}',
  ])("begins empty where the tab holds %j", (text) => {
    const { queue } = setUp({ store: new Map([["standings:presses", text]]) });
    expect(queue.state().pending).toEqual([]);
  });

  test("forgets all when somebody else signs in, also the answer that comes late", async () => {
    const { queue, answer } = setUp();
    queue.press(1, 1);
    queue.clear();
    await answer(applied(1, 1));
    expect(queue.state()).toEqual({
      ...{ phase: { kind: "idle" }, pending: [], sent: [], confirmed: null, refused: [], allCounted: false },
    });
  });
});
