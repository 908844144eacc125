import { describe, expect, test, vi } from "vitest";
import { readDemoTokens } from "../../../web/src/client/demo-tokens.js";
import { headersOf, SessionKeeper } from "../../../web/src/client/session.js";
import { hasExpired, parseToken, readToken } from "../../../web/src/client/token.js";
import { signRaw } from "../../helpers/tokens.js";

const token = signRaw({ sub: "ada ✨", role: "player", exp: 2_000_000_000 });
const facts = { kind: "claims", subject: "ada ✨", role: "player", expiresAt: 2_000_000_000_000, boards: null };

describe("a token's facts", () => {
  test("are what its claims say", () => {
    expect(readToken(token)).toEqual(facts);
    expect(readToken(signRaw({ sub: "x", boards: ["main", 3] }))).toEqual({
      kind: "claims",
      subject: "x",
      role: null,
      expiresAt: null,
      boards: ["main"],
    });
  });

  test.each([
    ...["st_0123456789", "a.b", "a.b.c", "a.b.c.d", ".."],
    ...[signRaw({ role: "player" }), signRaw({ sub: 7 }), signRaw("[]"), signRaw("null"), signRaw(Buffer.from([0xff]))],
  ])("are not there in %s", (text) => {
    expect(readToken(text)).toEqual({ kind: "opaque" });
  });

  test("tell when its time is over", () => {
    expect(hasExpired(readToken(token), 1_999_999_999_999)).toBe(false);
    expect(hasExpired(readToken(token), 2_000_000_000_000)).toBe(true);
    expect(hasExpired({ kind: "opaque" }, 0)).toBe(false);
  });
});

describe("a pasted text", () => {
  test.each([[" st_1 \n"], ["Bearer st_1"], ["authorization: bearer  st_1"], ['"st_1"'], ["'st_1'"]])(
    "%j is the token st_1",
    (text) => expect(parseToken(text)).toBe("st_1"),
  );

  test.each([
    ["", "Paste a token first."],
    ["two words", "A token has no blanks and no special characters."],
    ["x".repeat(8_193), "This is too long for a token."],
  ])("%.20j is none", (text, message) => expect(() => parseToken(text)).toThrow(message));
});

describe("the session", () => {
  const memory = () => {
    const kept = new Map<string, string>();
    return {
      kept,
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
      removeItem: (key: string) => void kept.delete(key),
    };
  };

  test("lasts for the tab's next page, until sign-out", () => {
    const store = memory();
    new SessionKeeper(store).signIn(`Bearer ${token}`);
    const next = new SessionKeeper(store);
    expect(next.current()).toEqual({ token, facts });
    expect(headersOf(next.current())).toEqual({ authorization: `Bearer ${token}` });
    next.signOut();
    expect(store.kept.size).toBe(0);
    expect(headersOf(new SessionKeeper(store).current())).toEqual({});
  });

  test("tells its listeners, and leaves a wrong paste without effect", () => {
    const session = new SessionKeeper(memory());
    const listener = vi.fn();
    const stop = session.subscribe(listener);
    expect(() => session.signIn("no token")).toThrow();
    expect(listener).not.toHaveBeenCalled();
    session.signIn(token);
    stop();
    session.signOut();
    expect(listener).toHaveBeenCalledTimes(1);
  });

  test("works where the browser refuses storage", () => {
    const refuse = () => {
      throw new Error("SecurityError");
    };
    const session = new SessionKeeper({ getItem: refuse, setItem: refuse, removeItem: refuse });
    session.signIn(token);
    expect(session.current()?.token).toBe(token);
    session.signOut();
    expect(session.current()).toBeNull();
  });
});

test.each([
  [null, []],
  ["{", []],
  ["{}", []],
  ['[{"label":"Ada","token":"t"},{"label":"Bob"},null]', [{ label: "Ada", token: "t" }]],
])("the demo's tokens in %j are %j", (content, tokens) => {
  const page = { querySelector: () => (content === null ? null : { getAttribute: () => content }) };
  expect(readDemoTokens(page as unknown as Document)).toEqual(tokens);
});
