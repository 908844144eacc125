import type { AsyncMessage } from "rabbitmq-client";
import { z } from "zod";
import { badInput } from "../domain/errors.js";
import {
  type Change,
  messageKey,
  parseIdempotencyKey,
  parseIncrement,
  parseScore,
  parseSeason,
} from "../domain/change.js";
import type { BoardDefinition } from "../domain/board.js";
import { isUserId, parseUserId } from "../domain/player.js";

/**
 * A message's body, as JSON. Its sender was authenticated and authorised before it was written. It has an increment on
 * boards that add, and a score on all others.
 */
export interface ChangeMessage {
  readonly board: string;
  readonly userId: string;
  readonly increment?: number;
  readonly score?: number;
  readonly season?: number;
  readonly subject: string;
  readonly idempotencyKey?: string;
}

const messageBody = z.object({
  board: z.string(),
  userId: z.string(),
  increment: z.number().optional(),
  score: z.number().optional(),
  season: z.number().optional(),
  subject: z.string().refine(isUserId),
  idempotencyKey: z.string().optional(),
});
const messageId = z.uuid();

export function toMessage(
  { id: board, operator }: BoardDefinition,
  { userId, amount, season, subject, idempotencyKey }: Change,
): ChangeMessage {
  return {
    ...{ board, userId, subject },
    ...(operator === "ADD" ? { increment: amount } : { score: amount }),
    ...(season !== undefined && { season }),
    ...(idempotencyKey !== undefined && { idempotencyKey }),
  };
}

/**
 * The change of a message. It always has a key (the sender's, or else one made from the message's id), so that a
 * message that the broker delivers twice counts once. The rate limit was charged when the message was accepted.
 *
 * @returns the board's id, for the leaderboard to check, and the change
 * @throws StandingsError `badInput`
 */
export function toChange(message: Pick<AsyncMessage, "messageId" | "body">): { board: string; change: Change } {
  const id = messageId.safeParse(message.messageId);
  const body = messageBody.safeParse(message.body);
  if (!id.success || !body.success) throw badInput("The message is not a change of this version.");
  const { board, userId, increment, score, season, subject, idempotencyKey } = body.data;
  if ((increment === undefined) === (score === undefined)) throw badInput("The message has no increment or score.");
  return {
    board,
    change: {
      userId: parseUserId(userId),
      amount: increment === undefined ? parseScore(score ?? NaN) : parseIncrement(increment),
      season: parseSeason(season),
      subject,
      ratePolicy: undefined,
      idempotencyKey: idempotencyKey === undefined ? messageKey(id.data) : parseIdempotencyKey(idempotencyKey),
      ranked: false,
    },
  };
}
