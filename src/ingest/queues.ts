import type { MethodParams, Cmd } from "rabbitmq-client";

type Declaration = MethodParams[Cmd.QueueDeclare] & { readonly queue: string };

/**
 * Both queues are replicated and on disk before a message counts as confirmed, and refuse what is more than an operator's
 * policy allows: dropping the oldest, RabbitMQ's default, would drop what was confirmed. From version 4 on RabbitMQ also
 * drops what was redelivered 20 times, which a few restarts of a busy consumer amount to; hence the limit out of reach.
 * A queue that exists with other arguments is refused by the broker, so a change here needs another name.
 */
const durableArguments: NonNullable<MethodParams[Cmd.QueueDeclare]["arguments"]> = {
  "x-queue-type": "quorum",
  "x-overflow": "reject-publish",
  "x-delivery-limit": 1_000_000_000,
};

/** Increments that were confirmed to their senders and wait to be applied. */
export const incrementsQueue: Declaration = {
  queue: "standings.increments",
  durable: true,
  arguments: durableArguments,
};

/** What was refused for good when it was to be applied, with the reason in its headers; for a person to look at. */
export const deadLettersQueue: Declaration = {
  queue: "standings.increments.dead",
  durable: true,
  arguments: durableArguments,
};
