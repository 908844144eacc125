import type { Board } from "../domain/board.js";
import { badInput } from "../domain/errors.js";
import type { SeasonNumber } from "../domain/season.js";
import type { ArchivePosition } from "../ledger/frozen-standings.js";
import type { KeptPlace } from "../standings/standings-reader.js";

/*
 * Cursors of standings: opaque to clients, so that their content may change. The number in the first word is the form's
 * version. A cursor of a running season holds a row's score and member, not its position, so it stays right while scores
 * change.
 */

const liveForm = /^live1:([\w-]+):(\d{1,10}):(-?\d{1,16}):(.{1,1024})$/su;
const archiveForm = /^archive1:([\w-]+):(\d{1,10}):(\d{1,16})$/;

export function formatLiveCursor(board: Board, { season, score, member }: KeptPlace): string {
  return encode(`live1:${board}:${season}:${score}:${member}`);
}

export function formatArchiveCursor(board: Board, season: SeasonNumber, position: ArchivePosition): string {
  return encode(`archive1:${board}:${season}:${position}`);
}

/**
 * @param season undefined: the one that runs
 * @throws StandingsError `badInput` for a cursor that is not one of this season's, or of this board's
 */
export function parseLiveCursor(cursor: string, board: Board, season: SeasonNumber | undefined): KeptPlace {
  const [, ofBoard, ofSeason, score, member] = liveForm.exec(decode(cursor)) ?? [];
  const place = { season: Number(ofSeason) as SeasonNumber, score: Number(score), member: member ?? "" };
  const isOurs = ofBoard === board && Number.isSafeInteger(place.score) && place.season >= 1;
  if (!isOurs || (season !== undefined && place.season !== season)) throw notACursor();
  return place;
}

/** @throws as `parseLiveCursor` */
export function parseArchiveCursor(cursor: string, board: Board, season: SeasonNumber): ArchivePosition {
  const text = decode(cursor);
  if (isOfLiveSeason(text, board, season)) throw endedCursor();
  const [, ofBoard, ofSeason, digits] = archiveForm.exec(text) ?? [];
  const position = Number(digits);
  if (ofBoard !== board || Number(ofSeason) !== season || !Number.isSafeInteger(position)) throw notACursor();
  return position;
}

export function notACursor() {
  return badInput("after must be a cursor of these standings.");
}

/** Its places belong to standings that are gone. */
export function endedCursor() {
  return badInput("after: the season of this cursor has ended. Start again without a cursor.");
}

function isOfLiveSeason(text: string, board: Board, season: SeasonNumber): boolean {
  const [, ofBoard, ofSeason] = liveForm.exec(text) ?? [];
  return ofBoard === board && Number(ofSeason) === season;
}

function encode(text: string): string {
  return Buffer.from(text).toString("base64url");
}

/** Node ignores what is not base64url, so only the text whose encoding the cursor is counts. */
function decode(cursor: string): string {
  const text = Buffer.from(cursor, "base64url").toString();
  if (encode(text) !== cursor) throw notACursor();
  return text;
}
