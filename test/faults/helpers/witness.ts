/** Records the changes that clients tried and the answers that they got. Beside the stores, it is the only evidence. */

export interface Attempt {
  readonly userId: string;
  readonly increment: number;
  readonly key: string | undefined;
}

export interface Acknowledged extends Attempt {
  /** Undefined over REST, whose answer does not carry it. */
  readonly revision: number | undefined;
}

export class Witness {
  readonly acknowledged: Acknowledged[] = [];
  readonly #attempted = new Map<string, number>();
  readonly #counted = new Map<string, number>();
  /** The duration of the slowest request, in milliseconds. */
  slowest = 0;

  /** Call it once for a keyed change, however often the change is sent. */
  attempt({ userId, increment }: Attempt): void {
    add(this.#attempted, userId, increment);
  }

  acknowledge(acknowledged: Acknowledged): void {
    this.acknowledged.push(acknowledged);
    add(this.#counted, acknowledged.userId, acknowledged.increment);
  }

  took(ms: number): void {
    this.slowest = Math.max(this.slowest, ms);
  }

  get users(): string[] {
    return [...this.#attempted.keys()];
  }

  attemptedOf(userId: string): number {
    return this.#attempted.get(userId) ?? 0;
  }

  acknowledgedOf(userId: string): number {
    return this.#counted.get(userId) ?? 0;
  }
}

function add(totals: Map<string, number>, userId: string, by: number): void {
  totals.set(userId, (totals.get(userId) ?? 0) + by);
}
