import { expect, test } from "vitest";
import { UsageError, isUsageError } from "../../src/app/operator/command.js";
import { token } from "../../src/app/operator/token.js";
import { ConfigError } from "../../src/config/config.js";

async function failureOf(args: string[], env: Record<string, string>): Promise<unknown> {
  const printed: string[] = [];
  try {
    await token.run({ args, env, print: (line) => void printed.push(line) });
  } catch (error) {
    expect(printed).toEqual([]);
    return error;
  }
  throw new Error(`the command ran, and printed ${printed.join()}`);
}

const create = ["create", "--sub", "u", "--role", "player"];

test.each([
  ["an unknown action", ["destroy"], "create, list and revoke"],
  ["the name of a member that every object has", ["toString"], "create, list and revoke"],
  ["create without --sub", ["create", "--role", "player"], "--sub"],
  ["create without --role", ["create", "--sub", "u"], "--role"],
  ["a bad subject", ["create", "--sub", "a\nb", "--role", "player"], "--sub"],
  ["a bad role", ["create", "--sub", "u", "--role", "none"], "--role"],
  ["a bad board", [...create, "--boards", "main,a b"], "--boards"],
  ["an empty board", [...create, "--boards", "main,"], "--boards"],
  ["a bad time", [...create, "--expires", "soon"], "--expires"],
  ["no time", [...create, "--expires", "0s"], "--expires"],
  ["more than ten years", [...create, "--expires", "3654d"], "--expires"],
  ["a note of two lines", [...create, "--note", "two\nlines"], "--note"],
  ["a long note", [...create, "--note", "x".repeat(256)], "--note"],
  ["an unknown option", [...create, "--hard"], "--hard"],
  ["an argument too many", [...create, "more"], "more"],
  ["list with an argument", ["list", "7"], "7"],
  ["revoke without an ID", ["revoke"], "ID"],
  ["revoke of two", ["revoke", "7", "8"], "ID"],
  ["revoke of no number", ["revoke", "st_secret"], "ID"],
])("token with %s is a wrong command line", async (_name, args, word) => {
  const error = await failureOf(args, { DATABASE_URL: "postgres://127.0.0.1:1/none" });
  expect(isUsageError(error)).toBe(true);
  expect(String(error)).toContain(word);
  if (error instanceof UsageError) expect(error.message).not.toContain("st_secret");
});

test.each([[create], [["list"]], [["revoke", "7"]]])("token %j needs DATABASE_URL", async (args) => {
  expect(await failureOf(args, {})).toBeInstanceOf(ConfigError);
});
