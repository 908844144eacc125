import type { Page } from "playwright-core";
import { graphql, type Target } from "../helpers/requests.js";
import type { TestApp } from "../helpers/app.js";

/** What the page shows of the player itself. */
export async function shownPlace(page: Page): Promise<{ rank: string | null; score: string | null }> {
  const read = (selector: string, name: string) => page.locator(selector).getAttribute(name);
  return { rank: await read("[data-rank]", "data-rank"), score: await read("[data-score]", "data-score") };
}

/** The rows around the player: rank, name, score. */
export async function shownNeighbours(page: Page): Promise<string[][]> {
  const rows = await page.evaluate(`
    [...document.querySelectorAll(".neighbours li")].map((row) =>
      [".row-rank", ".row-name", ".row-score"].map((part) => row.querySelector(part).firstChild.textContent))
  `);
  return rows as string[][];
}

/** Pastes a token into the page's form. */
export async function signIn(page: Page, token: string): Promise<void> {
  await page.getByLabel(/[Pp]aste a token/).fill(token);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: "Sign out" }).waitFor();
}

/** Makes a board as an admin, with one score on it. */
export async function createBoard(app: TestApp, input: Record<string, unknown>): Promise<void> {
  const query = "mutation ($input: CreateBoardInput!) { createBoard(input: $input) { id } }";
  await accepted(app, { query, variables: { input }, token: app.token("browser-tests", "admin") });
}

export async function sendScore(app: TestApp, board: string, userId: string, score: number): Promise<void> {
  const query = `mutation ($board: ID!, $userId: ID!, $score: SafeInt!) {
    submitScore(board: $board, userId: $userId, score: $score) { revision }
  }`;
  await accepted(app, { query, variables: { board, userId, score }, token: app.token("browser-tests", "service") });
}

export async function setPlayer(app: TestApp, input: Record<string, unknown>): Promise<void> {
  const query = "mutation ($input: SetPlayerInput!) { setPlayer(input: $input) { id } }";
  await accepted(app, { query, variables: { input }, token: app.token("browser-tests", "service") });
}

export async function scoreOf(target: Target, userId: string): Promise<number | undefined> {
  const query = "query ($userId: ID!) { playerScore(userId: $userId) { score } }";
  const { data } = await graphql(target, { query, variables: { userId } });
  return (data?.["playerScore"] as { score: number } | null | undefined)?.score;
}

async function accepted(app: Target, request: Parameters<typeof graphql>[1]): Promise<void> {
  const { errors } = await graphql(app, request);
  if (errors) throw new Error(`The service refused it: ${JSON.stringify(errors)}`);
}
