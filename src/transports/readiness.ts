/**
 * Every way in which a process is not ready, with what an operator can do about it. The sentences are for `/readyz`: they
 * name variables and parts, never a secret. docs/operations.md explains each.
 */
const catalogue = {
  starting: {
    part: "process",
    reason: "starting",
    action: "Wait. If it lasts, the other problems say what the process waits for.",
  },
  stopping: {
    part: "process",
    reason: "stopping",
    action: "Nothing: the process ends within 10 s. Send requests to another one.",
  },
  silent: {
    part: "process",
    reason: "does not answer",
    action: "Wait some seconds: a process that died is started again. If it lasts, read the log.",
  },
  redis: {
    part: "redis",
    reason: "Redis does not answer",
    action: "Do what the reason asks for: start Redis, or correct REDIS_URL. The service then goes on by itself.",
  },
  boardsClosed: {
    part: "boards",
    reason: "not open yet",
    action: "Check that a worker runs. If one does, its own /readyz or log says what it waits for.",
  },
  boardsUnread: {
    part: "boards",
    reason: "the boards' state can't be read",
    action: "Make Redis answer; the log of this process names the cause.",
  },
  postgres: {
    part: "postgres",
    reason: "PostgreSQL does not answer",
    action:
      "Remove the cause that the reason names. Changes wait in Redis meanwhile; the worker then goes on by itself.",
  },
  broker: {
    part: "broker",
    reason: "the message broker does not answer",
    action: "Start RabbitMQ, or correct AMQP_URL. Queued increments wait; the service then goes on by itself.",
  },
  late: {
    part: "stores",
    reason: "a store did not answer in time",
    action: "Look for a store that hangs or is overloaded: Redis, or for a worker PostgreSQL.",
  },
} as const;

export type NotReadyKind = keyof typeof catalogue;

/** One part that keeps a process from being ready. */
export interface Problem {
  /** The role of the process that has the problem; only where a supervisor answers for several. */
  readonly process?: string;
  readonly part: string;
  readonly reason: string;
  readonly action: string;
  /** When a look at the readiness first found this part not ready. ISO 8601, in UTC. */
  readonly since: string;
}

/** What a check found: a problem of this process, or those of another one. */
export type Finding =
  | { readonly kind: NotReadyKind; readonly reason: string }
  | { readonly process: string; readonly reason: string; readonly problems: readonly Problem[] };

/** @returns undefined when all is well */
export type ReadinessCheck = () => Promise<Finding | undefined>;

/** @param reason replaces the catalogue's sentence by one that says more */
export function notReady(kind: NotReadyKind, reason: string = catalogue[kind].reason): Finding {
  return { kind, reason };
}

/** Gives each part that is not ready the time since when it is. */
export class Problems {
  readonly #now: () => number;
  #since = new Map<string, string>();

  /** @param now milliseconds since the Unix epoch */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** @param findings of one look: parts that are not among them are ready again */
  of(findings: readonly Finding[]): Problem[] {
    const now = new Date(this.#now()).toISOString();
    const since = new Map<string, string>();
    const problems = findings.flatMap<Problem>((finding) => {
      if ("problems" in finding) return finding.problems.map((each) => ({ process: finding.process, ...each }));
      const { part, action } = catalogue[finding.kind];
      const first = this.#since.get(part) ?? now;
      since.set(part, first);
      return [{ part, reason: finding.reason, action, since: first }];
    });
    this.#since = since;
    return problems;
  }
}
