import { describe, expect, test } from "vitest";
import { Authenticator } from "../../src/auth/authenticate.js";
import type { AuthenticatedViewer } from "../../src/auth/roles.js";
import { createStoredToken } from "../../src/auth/stored-token-text.js";
import { StoredTokens } from "../../src/auth/stored-tokens.js";
import { StandingsError } from "../../src/domain/errors.js";
import type { TokenId } from "../../src/domain/stored-token.js";
import { createLogger } from "../../src/observability/logger.js";
import { FakeTokenList, hashOf } from "../helpers/fake-token-list.js";
import { expectTokenRefused } from "../helpers/tokens.js";

const epoch = Date.UTC(2030, 0, 1);
const minute = 60_000;

/** Both clocks of a process, which a test moves by hand. */
function create(list = new FakeTokenList()) {
  const clock = { ms: 0 };
  const tokens = new StoredTokens({
    list,
    now: () => epoch + clock.ms,
    elapsed: () => 1_000 + clock.ms,
    logger: createLogger("silent"),
  });
  const authenticator = new Authenticator([tokens], createLogger("silent"));
  const codeOf = async (token: string) => {
    try {
      await authenticator.authenticate(token);
      return "accepted";
    } catch (error) {
      return error instanceof StandingsError ? error.code : error;
    }
  };
  return { list, clock, tokens, authenticator, codeOf };
}

test("a token is looked up once, and then verified without a promise", async () => {
  const { list, authenticator } = create();
  const token = list.add("1", { role: "player", boards: ["main"], expiresAt: epoch + minute });
  const viewer = await authenticator.authenticate(token);
  expect(viewer).toMatchObject({ role: "player", subject: "subject 1", expiresAt: epoch + minute });
  expect((viewer as AuthenticatedViewer).boards).toEqual(new Set(["main"]));
  expect(authenticator.authenticate(token)).toBe(viewer);
  expect(list.finds).toEqual([[hashOf(token)]]);
});

test.each(["st_", "st_short", `st_${"a".repeat(42)}`, `st_${"a".repeat(44)}`, `st_${"a".repeat(42)}!`])(
  "%s is refused without a query",
  (token) => {
    const { list, authenticator } = create();
    expectTokenRefused(() => authenticator.authenticate(token));
    expect(list.finds).toEqual([]);
  },
);

test("an expired token is refused, also when it was accepted before", async () => {
  const { list, clock, authenticator, codeOf, tokens } = create();
  const token = list.add("1", { expiresAt: epoch + minute });
  const expired = list.add("2", { expiresAt: epoch });
  expect([await codeOf(token), await codeOf(expired)]).toEqual(["accepted", "UNAUTHENTICATED"]);
  clock.ms = minute;
  expectTokenRefused(() => authenticator.authenticate(token));
  await tokens.check();
  expect(list.uses).toEqual([new Map([["1", epoch]])]);
});

describe("queries for tokens", () => {
  test("are shared by callers with the same token", async () => {
    const { list, authenticator } = create();
    const token = list.add("1");
    const viewers = await Promise.all(Array.from({ length: 50 }, async () => authenticator.authenticate(token)));
    expect(new Set(viewers).size).toBe(1);
    expect(list.finds).toHaveLength(1);
  });

  test("run one at a time, each for up to 500 tokens, however many unknown tokens come", async () => {
    const { list, codeOf } = create();
    let open: () => void = () => undefined;
    list.gate = new Promise((resolve) => (open = resolve));
    const valid = list.add("1");
    const flood = Array.from({ length: 2_000 }, createStoredToken);
    const answers = Promise.all([...flood, valid].map(codeOf));
    expect(list.finds.map(({ length }) => length)).toEqual([1]);
    open();
    expect(new Set(await answers)).toEqual(new Set(["UNAUTHENTICATED", "accepted"]));
    expect(list.finds.map(({ length }) => length)).toEqual([1, 500, 500, 500, 500]);
  });

  test("are refused as overload beyond 10,000 tokens that wait", async () => {
    const { list, codeOf } = create();
    let open: () => void = () => undefined;
    list.gate = new Promise((resolve) => (open = resolve));
    const answers = Array.from({ length: 10_001 }, () => codeOf(createStoredToken()));
    expect(await answers.at(-1)).toBe("UNAVAILABLE");
    open();
    expect((await Promise.all(answers)).filter((code) => code === "UNAVAILABLE")).toHaveLength(1);
  });

  test("are not repeated for an unknown token within 10 s", async () => {
    const { list, clock, authenticator, codeOf } = create();
    const unknown = createStoredToken();
    expect(await codeOf(unknown)).toBe("UNAUTHENTICATED");
    expectTokenRefused(() => authenticator.authenticate(unknown));
    clock.ms = 10_001;
    expect(await codeOf(unknown)).toBe("UNAUTHENTICATED");
    expect(list.finds).toHaveLength(2);
  });

  test("pause for half a second after one failed", async () => {
    const { list, clock, codeOf } = create();
    const token = list.add("1");
    list.isAway = true;
    expect(await codeOf(token)).toBe("UNAVAILABLE");
    list.isAway = false;
    expect(await codeOf(token)).toBe("UNAVAILABLE");
    expect(list.finds).toHaveLength(1);
    clock.ms = 500;
    expect(await codeOf(token)).toBe("accepted");
  });
});

describe("a revoked token", () => {
  test("is refused from the next check on, and its open connections end", async () => {
    const { list, authenticator, tokens } = create();
    const [token, other] = [list.add("1"), list.add("2")];
    const viewer = (await authenticator.authenticate(token)) as AuthenticatedViewer;
    await authenticator.authenticate(other);
    const ends: string[] = [];
    for (let open = 0; open < 10_000; open += 1) viewer.earlyEnd?.watch((reason) => ends.push(reason));
    viewer.earlyEnd?.watch(() => ends.push("left"))();
    list.revoke(token);
    await tokens.check();
    expect(ends).toEqual(Array.from({ length: 10_000 }, () => "revoked"));
    expect(viewer.earlyEnd?.reason).toBe("revoked");
    expectTokenRefused(() => authenticator.authenticate(token));
    expect(authenticator.authenticate(other)).toMatchObject({ subject: "subject 2" });
  });

  test("is refused when its row is gone", async () => {
    const { list, authenticator, tokens } = create();
    const token = list.add("1");
    await authenticator.authenticate(token);
    list.rows.clear();
    await tokens.check();
    expectTokenRefused(() => authenticator.authenticate(token));
  });

  test("that made room for others ends all the same while a connection is open", async () => {
    const { list, authenticator, tokens } = create();
    const token = list.add("1");
    const viewer = (await authenticator.authenticate(token)) as AuthenticatedViewer;
    const ends: string[] = [];
    viewer.earlyEnd?.watch((reason) => ends.push(reason));
    const others = Array.from({ length: 10_000 }, (_none, index) => list.add(`${index + 2}`));
    await Promise.all(others.map(async (other) => authenticator.authenticate(other)));
    list.revoke(token);
    await tokens.check();
    expect(ends).toEqual(["revoked"]);
  });

  test("stays refused while PostgreSQL is away, and when it comes back from an old backup", async () => {
    const { list, clock, authenticator, codeOf, tokens } = create();
    const token = list.add("1");
    await authenticator.authenticate(token);
    const before = new Map(list.rows);
    list.revoke(token);
    await tokens.check();
    list.isAway = true;
    clock.ms += 60 * minute;
    expectTokenRefused(() => authenticator.authenticate(token));
    list.isAway = false;
    for (const [hash, row] of before) list.rows.set(hash, row);
    expect(await codeOf(token)).toBe("UNAUTHENTICATED");
  });
});

describe("while PostgreSQL is away", () => {
  test("a verified token goes on for 10 minutes, and anything else is unavailable", async () => {
    const { list, clock, codeOf, tokens } = create();
    const [token, late] = [list.add("1"), list.add("2")];
    await codeOf(token);
    clock.ms += 5 * minute;
    await tokens.check();
    list.isAway = true;
    clock.ms += 10 * minute;
    await tokens.check();
    expect([await codeOf(token), await codeOf(late), await codeOf(createStoredToken())]).toEqual([
      "accepted",
      "UNAVAILABLE",
      "UNAVAILABLE",
    ]);
    clock.ms += 1;
    expect(await codeOf(token)).toBe("UNAVAILABLE");
  });

  test("connections end after 10 minutes in a way that lets clients come back", async () => {
    const { list, clock, codeOf, authenticator, tokens } = create();
    const token = list.add("1");
    const viewer = (await authenticator.authenticate(token)) as AuthenticatedViewer;
    const ends: string[] = [];
    viewer.earlyEnd?.watch((reason) => ends.push(reason));
    list.isAway = true;
    clock.ms = 10 * minute;
    await tokens.check();
    expect(ends).toEqual([]);
    clock.ms += 1;
    await tokens.check();
    expect(ends).toEqual(["unconfirmed"]);
    list.isAway = false;
    clock.ms += 500;
    expect(await codeOf(token)).toBe("accepted");
  });
});

describe("the last use", () => {
  test("is recorded at most once a minute, for all tokens at once, and never lost", async () => {
    const { list, clock, codeOf, tokens } = create();
    const [one, two] = [list.add("1"), list.add("2")];
    await codeOf(one);
    clock.ms = 1_000;
    await codeOf(two);
    await tokens.check();
    clock.ms = 30_000;
    await codeOf(one);
    await tokens.check();
    clock.ms = 61_000;
    await tokens.check();
    clock.ms = 62_000;
    await codeOf(two);
    await tokens.stop();
    expect(list.uses.map((uses) => Object.fromEntries([...uses].map(([id, at]) => [id, at - epoch])))).toEqual([
      { 1: 0, 2: 1_000 },
      { 1: 30_000 },
      { 2: 62_000 },
    ]);
  });

  test("is now while a connection is open", async () => {
    const { list, clock, authenticator, tokens } = create();
    const viewer = (await authenticator.authenticate(list.add("1"))) as AuthenticatedViewer;
    viewer.earlyEnd?.watch(() => undefined);
    await tokens.check();
    clock.ms = 5 * minute;
    await tokens.check();
    expect(list.uses.at(-1)?.get("1" as TokenId)).toBe(epoch + 5 * minute);
  });
});

test("PostgreSQL is asked only while a token is held, and an idle one is forgotten after 10 minutes", async () => {
  const { list, clock, codeOf, tokens } = create();
  await tokens.check();
  expect(list.checks).toBe(0);
  await codeOf(list.add("1"));
  await tokens.check();
  clock.ms = 10 * minute + 1;
  await tokens.check();
  await tokens.check();
  expect(list.checks).toBe(2);
});
