import { setTimeout as delay } from "node:timers/promises";
import { signToken } from "../../../src/auth/sign-token.js";
import { jwtSecret } from "../../helpers/app.js";
import { tryIncrement, updateScore, type Target } from "../../helpers/requests.js";
import type { Attempt, Witness } from "./witness.js";

/** The outcome of an increment as its client sees it, over any transport. `lost`: the connection broke. */
export type Told =
  | { readonly kind: "accepted"; readonly revision: number | undefined; readonly score: number | undefined }
  | { readonly kind: "refused"; readonly code: string }
  | { readonly kind: "lost" };

export type Transport = "graphql" | "rest";

const token = signToken({ secret: jwtSecret, subject: "referee", role: "service", expiresInSeconds: 3600 });

/** Sends one increment as the subject `referee`, who may change anyone's score. Returns any outcome. */
export async function send(target: Target, { userId, increment, key }: Attempt, transport: Transport): Promise<Told> {
  const change = { userId, scoreIncrement: increment, ...(key !== undefined && { idempotencyKey: key }) };
  try {
    if (transport === "rest") {
      const { status } = await updateScore(target, { ...change, authToken: token });
      return status === 200
        ? { kind: "accepted", revision: undefined, score: undefined }
        : { kind: "refused", code: String(status) };
    }
    const { data, errors } = await tryIncrement(target, token, change);
    if (errors?.[0]) return { kind: "refused", code: errors[0].extensions.code };
    const accepted = data?.incrementScore as { revision: number; entry: { score: number } };
    return { kind: "accepted", revision: accepted.revision, score: accepted.entry.score };
  } catch {
    return { kind: "lost" };
  }
}

export interface Load {
  /** Plain writers may lose answers; keyed writers repeat an increment until they have one. */
  stop(): Promise<void>;
}

export interface LoadOptions {
  target: Target;
  record: Witness;
  plain?: number;
  keyed?: number;
  /** A writer's pause between two increments. */
  pauseMs?: number;
  /** Keeps the users and keys of several loads apart. */
  name?: string;
}

/**
 * Starts writers that run until they are stopped. Every second one uses REST. Each has its own users. In addition, all
 * writers of a kind share one user, so that batches often hold several changes of the same user.
 */
export function startLoad({ target, record, plain = 4, keyed = 4, pauseMs = 5, name = "load" }: LoadOptions): Load {
  let running = true;
  const write = async (writer: number, isKeyed: boolean) => {
    const kind = isKeyed ? "keyed" : "plain";
    const transport: Transport = writer % 2 === 0 ? "graphql" : "rest";
    for (let n = 0; running; n += 1) {
      const userId = n % 2 === 0 ? `${name}-${kind}-${writer}` : `${name}-${kind}-all`;
      const attempt: Attempt = { userId, increment: 1 + (n % 7), key: isKeyed ? `${name}-${writer}-${n}` : undefined };
      record.attempt(attempt);
      await (isKeyed ? repeat : once)(target, attempt, transport, record);
      await delay(pauseMs);
    }
  };
  const writers = [
    ...Array.from({ length: plain }, (_, writer) => write(writer, false)),
    ...Array.from({ length: keyed }, (_, writer) => write(writer, true)),
  ];
  return {
    stop: async () => {
      running = false;
      await Promise.all(writers);
    },
  };
}

async function once(target: Target, attempt: Attempt, transport: Transport, record: Witness): Promise<boolean> {
  const start = performance.now();
  const told = await send(target, attempt, transport);
  record.took(performance.now() - start);
  if (told.kind !== "accepted") {
    // A client must not hammer a service that is away; the tests gain nothing from it.
    await delay(20);
    return false;
  }
  record.acknowledge({ ...attempt, revision: told.revision });
  return true;
}

/** Repeats an increment with the same key until it is acknowledged. */
async function repeat(target: Target, attempt: Attempt, transport: Transport, record: Witness): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await once(target, attempt, transport, record))) {
    if (performance.now() > deadline) throw new Error(`${attempt.key} was not acknowledged within a minute`);
  }
}
