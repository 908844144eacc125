import { describe, expect, it } from "vitest";
import { nextEnd, parseSchedule } from "../../src/domain/season-schedule.js";

const start = "2026-01-01T00:00:00.000Z";

/** The next ends of a schedule, after a time. */
function ends(cron: string, timezone: string, after: string, count: number): string[] {
  const schedule = parseSchedule(cron, timezone, Date.parse(start));
  const found: string[] = [];
  let last = Date.parse(after);
  for (let index = 0; index < count; index += 1) {
    const end = nextEnd(schedule, last);
    if (end === undefined) break;
    expect(end).toBeGreaterThan(last);
    found.push(new Date(end).toISOString());
    last = end;
  }
  return found;
}

describe("the ends of seasons", () => {
  it.each([
    ["each Monday", "0 0 * * 1", "UTC", "2026-11-28T12:00:00Z", ["2026-11-30T00:00", "2026-12-07T00:00"]],
    ["a nickname", "@monthly", "UTC", "2026-11-28T12:00:00Z", ["2026-12-01T00:00", "2027-01-01T00:00"]],
    ["in local time", "0 0 1 * *", "Asia/Kolkata", "2026-11-28T12:00:00Z", ["2026-11-30T18:30", "2026-12-31T18:30"]],
    ["names", "0 12 * NOV sun", "UTC", "2026-11-23T00:00:00Z", ["2026-11-29T12:00", "2027-11-07T12:00"]],
    ["with seconds", "15 0 0 * * *", "UTC", "2026-11-28T12:00:00Z", ["2026-11-29T00:00:15", "2026-11-30T00:00:15"]],
    ["every minute", "* * * * *", "UTC", "2026-11-28T12:00:30Z", ["2026-11-28T12:01", "2026-11-28T12:02"]],
    // The months that have a 31st.
    ["the 31st", "0 0 31 * *", "UTC", "2026-01-31T00:00:00Z", ["2026-03-31T00:00", "2026-05-31T00:00"]],
    ["29 February", "0 0 29 2 *", "UTC", "2026-03-01T00:00:00Z", ["2028-02-29T00:00", "2032-02-29T00:00"]],
    ["29 February around 2100", "0 0 29 2 *", "UTC", "2096-02-29T00:00:00Z", ["2104-02-29T00:00", "2108-02-29T00:00"]],
    ["the last day", "0 0 L * *", "UTC", "2028-01-31T00:00:00Z", ["2028-02-29T00:00", "2028-03-31T00:00"]],
    ["the second Friday", "0 0 * * FRI#2", "UTC", "2026-02-01T00:00:00Z", ["2026-02-13T00:00", "2026-03-13T00:00"]],
    ["the last Friday", "0 0 * * FRI#L", "UTC", "2026-02-01T00:00:00Z", ["2026-02-27T00:00", "2026-03-27T00:00"]],
    ["a leap day on a Monday", "0 0 29 2 +MON", "UTC", start, ["2044-02-29T00:00", "2072-02-29T00:00"]],
    ["years ahead", "0 0 1 1 *", "UTC", "2499-06-01T00:00:00Z", ["2500-01-01T00:00", "2501-01-01T00:00"]],
    // Daylight saving begins: 02:30 does not exist, so the season ends at 03:00 of that day.
    ["skipped in Berlin", "30 2 * * *", "Europe/Berlin", "2026-03-28T12:00Z", ["2026-03-29T01:00", "2026-03-30T00:30"]],
    [
      "skipped in New York",
      "30 2 * * *",
      "America/New_York",
      "2026-03-07T12:00Z",
      ["2026-03-08T07:00", "2026-03-09T06:30"],
    ],
    // Daylight saving ends: 02:30 in Berlin and 01:30 in New York come twice, and the season ends the first time.
    ["twice in Berlin", "30 2 * * *", "Europe/Berlin", "2026-10-24T12:00Z", ["2026-10-25T00:30", "2026-10-26T01:30"]],
    [
      "twice in New York",
      "30 1 * * *",
      "America/New_York",
      "2026-10-31T12:00Z",
      ["2026-11-01T05:30", "2026-11-02T06:30"],
    ],
    ["in a list", "30 2,3 * * *", "Europe/Berlin", "2026-10-24T12:00Z", ["2026-10-25T00:30", "2026-10-25T02:30"]],
    ["between the two", "30 2 * * *", "Europe/Berlin", "2026-10-25T00:45Z", ["2026-10-26T01:30", "2026-10-27T01:30"]],
    [
      "hourly, in real time",
      "0 * * * *",
      "Europe/Berlin",
      "2026-10-25T00:30Z",
      ["2026-10-25T01:00", "2026-10-25T02:00"],
    ],
    ["midnight in Berlin", "0 0 * * *", "Europe/Berlin", "2026-03-28T12:00Z", ["2026-03-28T23:00", "2026-03-29T22:00"]],
    ["far in the past", "0 0 1 1 *", "UTC", "1969-06-01T00:00:00Z", ["2027-01-01T00:00", "2028-01-01T00:00"]],
  ])("%s", (_what, cron, timezone, after, expected) => {
    const found = ends(cron, timezone, after, expected.length);
    expect(found.map((end) => end.slice(0, 19))).toEqual(
      expected.map((end) => (end.length === 16 ? `${end}:00` : end)),
    );
  });

  it("come strictly after the time that is given, to the millisecond", () => {
    const schedule = parseSchedule("0 12 * * *", "UTC", Date.parse(start));
    const noon = Date.parse("2026-11-28T12:00:00.000Z");
    const day = 86_400_000;
    expect(nextEnd(schedule, noon - 1)).toBe(noon);
    expect(nextEnd(schedule, noon)).toBe(noon + day);
    expect(nextEnd(schedule, noon + 1)).toBe(noon + day);
  });

  it("come after the schedule's beginning, however old the season is", () => {
    const schedule = parseSchedule("0 12 * * *", "UTC", Date.parse("2026-11-28T13:00:00Z"));
    expect(nextEnd(schedule, 0)).toBe(Date.parse("2026-11-29T12:00:00Z"));
  });

  it("are the same whichever way the clock jumps", () => {
    const schedule = parseSchedule("30 2 * * *", "Europe/Berlin", Date.parse(start));
    const seasonStart = Date.parse("2026-10-24T12:00:00Z");
    const end = nextEnd(schedule, seasonStart);
    for (const jump of [-86_400_000, 3_600_000, -1, 86_400_000 * 400]) nextEnd(schedule, seasonStart + jump);
    expect(nextEnd(schedule, seasonStart)).toBe(end);
  });
});

describe("a schedule", () => {
  it("keeps what was sent, with single spaces, and when that was", () => {
    expect(parseSchedule(" 0  0 * *\t1 ", "Europe/Berlin", 5)).toEqual({
      cron: "0 0 * * 1",
      timezone: "Europe/Berlin",
      since: 5,
    });
  });

  it.each([
    ["an empty line", ""],
    ["four fields", "0 0 * *"],
    ["seven fields", "0 0 0 1 1 * 2031"],
    ["a minute that no hour has", "60 * * * *"],
    ["an hour that no day has", "0 24 * * *"],
    ["a thirteenth month", "0 0 1 13 *"],
    ["words", "every monday at noon please"],
    ["a date", "2030-01-01T00:00:00"],
    ["a date with spaces", "2030-01-01 00:00:00"],
    ["an unknown nickname", "@fortnightly"],
    ["a nickname without a time", "@reboot"],
    ["a step of zero", "*/0 * * * *"],
    ["a range that runs backwards", "10-5 * * * *"],
    ["a NUL", "0 0 * * 1\0"],
    ["30 February", "0 0 30 2 *"],
    ["31 April", "0 0 31 4 *"],
    ["every second", "* * * * * *"],
    ["two seconds of a minute", "0,30 0 0 1 1 *"],
    ["a range of seconds", "5-6 0 0 29 2 *"],
    ["201 characters", `${"0,".repeat(96)}0 * * * *`],
  ])("refuses %s, and names the field", (_what, cron) => {
    expect(() => parseSchedule(cron, "UTC", Date.parse(start))).toThrow(
      expect.objectContaining({
        kind: "badInput",
        message: expect.stringMatching(/^schedule\.cron must .*\.$/) as string,
      }),
    );
  });

  it("refuses two ends in a minute also when it is sent in the middle of them", () => {
    const between = Date.parse("2026-01-01T00:00:15.000Z");
    expect(() => parseSchedule("0,30 0 0 1 1 *", "UTC", between)).toThrow("schedule.cron must end seasons");
  });

  it.each(["", "Nowhere/Land", "+02:00", "UTC\0", "Europe/Berlin ", "a".repeat(65)])(
    "refuses the time zone %j",
    (timezone) => {
      expect(() => parseSchedule("0 0 * * 1", timezone, Date.parse(start))).toThrow(
        expect.objectContaining({
          kind: "badInput",
          message: expect.stringMatching(/^schedule\.timezone must .*\.$/) as string,
        }),
      );
    },
  );
});
