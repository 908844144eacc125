import { placeOf } from "./addresses.js";
import type { BoardContent, PlayerContent } from "./content.js";
import type { Head } from "./head.js";
import { placeText, scoreText, scoreWords } from "./score-text.js";

/** The heads of the pages: what a tab, a search engine and a preview in a chat say of them. */

const site = "Standings";

export function boardHead(board: BoardContent): Head {
  const path = placeOf.board(board.id);
  return { title: titled(board), description: describeBoard(board), path, refreshed: true };
}

export function playerHead(content: PlayerContent): Head {
  const { board, userId, name } = content;
  return {
    title: `${name} – ${titled(board)}`,
    description: describePlayer(content),
    path: placeOf.player(userId, board.id) ?? "/",
    // People's names are not for search engines.
    unlisted: true,
    refreshed: true,
  };
}

export function overlayHead(board: BoardContent): Head {
  return { title: `Overlay – ${titled(board)}` };
}

function titled({ title }: BoardContent): string {
  return title === "main" ? site : `${title} – ${site}`;
}

function describeBoard({ unit, rows = [] }: BoardContent): string {
  const [leader, second] = rows;
  if (!leader) return "Live standings: ranks and scores the moment they change.";
  const score = scoreWords(leader.score, unit);
  const tied = rows.filter(({ rank }) => rank === leader.rank).length;
  if (tied > 1) return `${tied} players share the lead with ${score}. Live standings.`;
  const ahead = second ? `, ${scoreText(Math.abs(leader.score - second.score), unit)} ahead of ${second.name}` : "";
  return `${leader.name} leads with ${score}${ahead}. Live standings.`;
}

function describePlayer({ board, userId, name }: PlayerContent): string {
  const { title, unit, rows } = board;
  const own = rows?.find((row) => row.userId === userId);
  if (!own) return `${name} on ${title}, live.`;
  const above = rows?.findLast(({ rank }) => rank < own.rank);
  const gap = above && ` ${scoreText(Math.abs(above.score - own.score), unit)} behind ${above.name}.`;
  return `${placeText(own.rank)} on ${title} with ${scoreWords(own.score, unit)}.${gap ?? ""}`;
}
