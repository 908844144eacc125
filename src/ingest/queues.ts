import type { MethodParams, Cmd } from "rabbitmq-client";

type Declaration = MethodParams[Cmd.QueueDeclare] & { readonly queue: string };

/**
 * Both queues replicate a message and write it to disk before it counts as confirmed. They refuse messages beyond the
 * limit of an operator's policy: RabbitMQ's default, dropping the oldest, would drop confirmed messages. From version 4
 * on RabbitMQ also drops messages that were redelivered 20 times, which a few restarts of a busy consumer amount to; so
 * the delivery limit is out of reach. The broker refuses a queue that exists with other arguments, so a change here
 * needs another name.
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

/** Increments that were refused for good when they were applied, with the reason in their headers, for an operator. */
export const deadLettersQueue: Declaration = {
  queue: "standings.increments.dead",
  durable: true,
  arguments: durableArguments,
};
