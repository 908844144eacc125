import type { AsyncMessage } from "rabbitmq-client";
import { z } from "zod";
import { badInput } from "../domain/errors.js";
import { type Change, messageKey, parseIdempotencyKey, parseIncrement } from "../domain/change.js";
import type { Board } from "../domain/board.js";
import { isUserId, parseUserId } from "../domain/player.js";

/** What a message holds, as JSON. Who sent it was authenticated and authorised before it was written. */
export interface IncrementMessage {
  readonly board: string;
  readonly userId: string;
  readonly increment: number;
  readonly subject: string;
  readonly idempotencyKey?: string;
}

const messageBody = z.object({
  board: z.string(),
  userId: z.string(),
  increment: z.number(),
  subject: z.string().refine(isUserId),
  idempotencyKey: z.string().optional(),
});
const messageId = z.uuid();

export function toMessage(board: Board, { userId, increment, subject, idempotencyKey }: Change): IncrementMessage {
  return { board, userId, increment, subject, ...(idempotencyKey !== undefined && { idempotencyKey }) };
}

/**
 * The change of a message, always with a key, so that a message which the broker delivers again counts once: the sender's
 * own, or else one that is made of the message's id. The rate limit was taken when the message was accepted.
 *
 * @returns the board's id, for the leaderboard to check, and the change
 * @throws StandingsError `badInput`
 */
export function toChange(message: Pick<AsyncMessage, "messageId" | "body">): { board: string; change: Change } {
  const id = messageId.safeParse(message.messageId);
  const body = messageBody.safeParse(message.body);
  if (!id.success || !body.success) throw badInput("The message is not an increment of this version.");
  const { board, userId, increment, subject, idempotencyKey } = body.data;
  return {
    board,
    change: {
      userId: parseUserId(userId),
      increment: parseIncrement(increment),
      subject,
      ratePolicy: undefined,
      idempotencyKey: idempotencyKey === undefined ? messageKey(id.data) : parseIdempotencyKey(idempotencyKey),
    },
  };
}
