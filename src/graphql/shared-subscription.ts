import {
  createSourceEventStream,
  execute,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLError,
  type GraphQLFormattedError,
} from "graphql";
import type { SubscriptionHub } from "../feed/subscription-hub.js";
import { isTopic } from "../feed/topic.js";
import { everybody, type SubscriberContext } from "./context.js";

/**
 * `subscribe` in graphql-ws' terms, by way of the hub. The subscription field's resolver runs for every viewer, so it can
 * refuse; what it returns is a topic, whose values are executed once for all viewers of the same operation. Messages are
 * written past graphql-ws, so the iterator that it gets stays silent until the viewer leaves.
 *
 * @param options.present what clients see of an error
 * @param options.onEnd called once, when the subscription has ended or could not begin
 */
export async function subscribeThroughHub(
  hub: SubscriptionHub,
  args: ExecutionArgs,
  { present, onEnd }: { present: (error: GraphQLError) => GraphQLFormattedError; onEnd: () => void },
): Promise<AsyncGenerator<never, void> | ExecutionResult> {
  const source = await createSourceEventStream(args);
  if (!isTopic(source)) {
    onEnd();
    if ("errors" in source) return source;
    throw new Error("a subscription field must return a topic");
  }
  // Put there by the transport; graphql-js does not know its type.
  const { connection, id, text } = args.contextValue as SubscriberContext;
  const { operationName = null, variableValues = null } = args;
  const leave = hub.join(
    {
      key: JSON.stringify([text, operationName, variableValues]),
      topic: source,
      execute: (value) => {
        // Nothing of the viewer goes in, so nothing of the viewer can come out and be shared.
        const result = execute({ ...args, contextValue: everybody, rootValue: value });
        return result instanceof Promise ? result.then((done) => serialise(done, present)) : serialise(result, present);
      },
    },
    connection,
    id,
  );
  return silentUntil(() => {
    leave();
    onEnd();
  });
}

export function serialise(result: ExecutionResult, present: (error: GraphQLError) => GraphQLFormattedError): string {
  const { data, errors } = result;
  return JSON.stringify(errors ? { errors: errors.map(present), data } : { data });
}

/** A generator that gives nothing; it ends when it is told to. */
function silentUntil(leave: () => void): AsyncGenerator<never, void> {
  let end: (result: IteratorReturnResult<void>) => void = () => undefined;
  const ended = new Promise<IteratorReturnResult<void>>((resolve) => (end = resolve));
  let finished = false;
  const finish = () => {
    if (!finished) leave();
    finished = true;
    end({ value: undefined, done: true });
    return ended;
  };
  return {
    next: () => ended,
    return: finish,
    throw: finish,
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
