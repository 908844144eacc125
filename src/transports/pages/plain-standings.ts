import { escapeText } from "../http/message-page.js";
import { placeOf } from "./addresses.js";
import type { BoardContent, ContentRow, PlayerContent } from "./content.js";
import { scoreText } from "./score-text.js";

/** What people without JavaScript see, as HTML: the standings as they are now, and links to the other pages. */

export function plainBoard(board: BoardContent): string {
  return main(
    board.title,
    table(board, `The ten best of ${board.title}`, undefined, "Nobody has a score yet."),
    `This page loads itself anew every ten seconds. With JavaScript it is live.`,
  );
}

export function plainPlayer({ board, userId, name }: PlayerContent): string {
  return main(
    name,
    table(board, `${name} and the players around`, userId, `${name} has no score on ${board.title} yet.`),
    `<a href="${escapeText(placeOf.board(board.id))}">${bdi(board.title)}</a>`,
  );
}

export function plainMissing(sentence: string): string {
  return main("Not found", `<p>${escapeText(sentence)}</p>`, `<a href="/">To the scoreboard</a>`);
}

/** @param title as text; `content` and `foot` as HTML */
function main(title: string, content: string, foot: string): string {
  return `<main class="plain"><h1>${bdi(title)}</h1>${content}<p>${foot}</p></main>`;
}

function table(board: BoardContent, caption: string, own: string | undefined, none: string): string {
  const { rows } = board;
  if (!rows) return `<p>The standings can't be read at the moment.</p>`;
  if (rows.length === 0) return `<p>${escapeText(none)}</p>`;
  const header = ["Rank", "Player", board.unit === "MILLISECONDS" ? "Time" : "Score"];
  return `<table><caption>${escapeText(caption)}</caption><thead><tr>${header
    .map((name) => `<th scope="col">${name}</th>`)
    .join("")}</tr></thead><tbody>${rows.map((row) => tableRow(row, board, own)).join("")}</tbody></table>`;
}

function tableRow(row: ContentRow, { id, unit }: BoardContent, own: string | undefined): string {
  const address = placeOf.player(row.userId, id);
  const name = address === undefined ? bdi(row.name) : `<a href="${escapeText(address)}">${bdi(row.name)}</a>`;
  const mark = row.userId === own ? ' class="own" aria-current="true"' : row.rank === 1 ? ' class="first"' : "";
  return `<tr${mark}><td>${row.rank}</td><th scope="row">${name}</th><td>${scoreText(row.score, unit)}</td></tr>`;
}

/** Text of any script and direction, which changes nothing around it. */
function bdi(text: string): string {
  return `<bdi>${escapeText(text)}</bdi>`;
}
