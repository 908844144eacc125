import type { AsyncMessage } from "rabbitmq-client";
import { z } from "zod";
import { badInput } from "../domain/errors.js";
import { type Change, messageKey, parseIdempotencyKey, parseIncrement } from "../domain/change.js";
import type { Board } from "../domain/board.js";
import { isUserId, parseUserId } from "../domain/player.js";

/** A message's body, as JSON. Its sender was authenticated and authorised before it was written. */
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
 * The change of a message. It always has a key (the sender's, or else one made from the message's id), so that a
 * message that the broker delivers twice counts once. The rate limit was charged when the message was accepted.
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
      ranked: false,
    },
  };
}
