import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isCountry } from "../../src/domain/countries.js";
import { StandingsError } from "../../src/domain/errors.js";
import { parseProfileChange, type ProfileInput } from "../../src/domain/profile.js";

function refusalOf(input: ProfileInput): string {
  try {
    parseProfileChange(input);
  } catch (error) {
    if (error instanceof StandingsError && error.kind === "badInput") return error.message;
    throw error;
  }
  throw new Error("it was accepted");
}

const family = "👩‍👩‍👧‍👦";

describe("a display name", () => {
  test.each([
    "A",
    "x".repeat(64),
    "😀".repeat(64),
    " Ada ",
    family,
    "🏴󠁧󠁢󠁳󠁣󠁴󠁿",
    "❤️",
    "e\u0301 é",
    "Ada\u0338\u0338",
    "שלום עולם",
    "مرحبا\u200f!",
    "می\u200cخواهم",
    "नमस्ते",
    "\ufffd",
    '"><script>alert(1)</script>',
    "__proto__",
    "null",
  ])("%j is kept as it is", (displayName) => {
    expect(parseProfileChange({ displayName })).toEqual({ displayName });
  });

  test.each([
    "",
    "x".repeat(65),
    "😀".repeat(65),
    " ",
    "\u00a0\u3000",
    "\u200b",
    "\u200d",
    "\u3164",
    "\u2800",
    "\u00ad\ufe0f",
    "\0",
    "a\nb",
    "a\tb",
    "\u007f",
    "\u0085",
    "a\u2028b",
    "a\u2029b",
    ...Array.from("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069", (override) => `a${override}b`),
    "\ud83d",
    "a\udfff",
  ])("%j is refused by its name", (displayName) => {
    expect(refusalOf({ displayName })).toContain("displayName");
  });

  test("is accepted unchanged, or refused by its name, whatever it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 140 }), (displayName) => {
        const length = Array.from(displayName).length;
        const symbols = displayName.replaceAll("\u2800", "");
        const isFine =
          length >= 1 && length <= 64 && /[\p{L}\p{N}\p{S}]/u.test(symbols) && !/[\p{C}\p{Z}]/u.test(displayName);
        try {
          expect(parseProfileChange({ displayName })).toEqual({ displayName });
          expect(length).toBeLessThanOrEqual(64);
        } catch (error) {
          if (!(error instanceof StandingsError)) throw error;
          expect(error.message).toContain("displayName");
          expect(isFine && !/\p{Default_Ignorable_Code_Point}/u.test(displayName)).toBe(false);
        }
      }),
    );
  });
});

describe("an avatar's address", () => {
  test.each([
    "https://example.com/a.png",
    "https://example.com",
    "HTTPS://EXAMPLE.com/A.PNG",
    "https://example.com:8443/a?size=64&v=2#x",
    "https://[2001:db8::1]/a.png",
    "https://例え.jp/絵.png",
    "https://example.com/@ada/%20.png",
    "https://example.com/a?mail=ada@example.com",
    `https://example.com/${"x".repeat(1_980)}`,
  ])("%j is kept as it is", (avatarUrl) => {
    expect(parseProfileChange({ avatarUrl })).toEqual({ avatarUrl });
  });

  test.each([
    "",
    "http://example.com/a.png",
    "//example.com/a.png",
    "/a.png",
    "example.com/a.png",
    "javascript:alert(1)",
    "data:image/png;base64,AAAA",
    "https:example.com/a.png",
    "https:\\\\example.com/a.png",
    "https://",
    "https:///a.png",
    "https://user@example.com/a.png",
    "https://user:password@example.com/a.png",
    "https://@example.com/a.png",
    "https://example.com:99999/",
    " https://example.com/a.png",
    "https://example.com/a b.png",
    "https://exa\tmple.com/a.png",
    "https://example.com/a\n.png",
    'https://example.com/".png',
    "https://example.com/<a>.png",
    "https://example.com/\u202egnp.exe",
    "https://example.com/\ud800",
    `https://example.com/${"x".repeat(1_981)}`,
  ])("%j is refused by its name", (avatarUrl) => {
    expect(refusalOf({ avatarUrl })).toContain("avatarUrl");
  });

  test("is accepted unchanged wherever a browser would take it without repairs", () => {
    fc.assert(
      fc.property(
        fc.webUrl({ validSchemes: ["https"], withFragments: true, withQueryParameters: true }),
        (avatarUrl) => {
          expect(parseProfileChange({ avatarUrl })).toEqual({ avatarUrl });
        },
      ),
    );
  });
});

describe("a country", () => {
  test.each([
    ["DE", "DE"],
    ["de", "DE"],
    ["gB", "GB"],
  ])("%s is %s", (country, kept) => {
    expect(parseProfileChange({ country })).toEqual({ country: kept });
  });

  test.each(["", "D", "DEU", "de ", "ZZ", "UK", "EU", "XK", "AN", "SU", "12", "D\u00c9", "fı", "ﬁ", "🇩🇪", "\ud83c"])(
    "%j is refused by its name",
    (country) => {
      expect(refusalOf({ country })).toContain("country");
    },
  );

  test("is one of the 249 of ISO 3166-1, all of which have a name", () => {
    const letters = Array.from("ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    const countries = letters.flatMap((a) => letters.map((b) => a + b)).filter(isCountry);
    expect(countries).toHaveLength(249);
    const names = new Intl.DisplayNames("en", { type: "region", fallback: "none" });
    expect(countries.filter((country) => names.of(country) === undefined)).toEqual([]);
  });
});

test("what is left out is no change, and null is one", () => {
  expect(parseProfileChange({})).toEqual({});
  expect(parseProfileChange({ displayName: undefined, country: null })).toEqual({ country: null });
  expect(parseProfileChange({ displayName: null, avatarUrl: null })).toEqual({ displayName: null, avatarUrl: null });
});
