import { maxCost } from "./limits.js";

/*
 * What subscriptions may cost together, in values per message (see OperationCosts). Equal subscriptions are executed
 * once, so they count once.
 */

/** As much as one operation. */
const maxCostPerConnection = maxCost;
/**
 * Behind a proxy that is not trusted, all viewers share this: it is enough for 16,000 pages that each follow one
 * player.
 */
const maxCostPerAddress = 100_000;

/**
 * Keeps one connection, and all connections from one address, from making the process execute more than a fair share.
 */
export class SubscriptionBudget {
  readonly #connections = new DistinctCosts<object>(maxCostPerConnection);
  readonly #addresses = new DistinctCosts<string>(maxCostPerAddress);

  /**
   * @param key of the operation, the same for subscriptions that are executed together
   * @returns a function to call when the subscription has ended; undefined when there is no room for it
   */
  take(connection: object, address: string, key: string, cost: number): (() => void) | undefined {
    const leaveConnection = this.#connections.take(connection, key, cost);
    const leaveAddress = leaveConnection && this.#addresses.take(address, key, cost);
    if (!leaveAddress) {
      leaveConnection?.();
      return undefined;
    }
    return () => {
      leaveConnection();
      leaveAddress();
    };
  }
}

interface Taken {
  sum: number;
  /** How often each operation is subscribed to. */
  readonly counts: Map<string, number>;
}

class DistinctCosts<Owner> {
  readonly #max: number;
  readonly #owners = new Map<Owner, Taken>();

  constructor(max: number) {
    this.#max = max;
  }

  take(owner: Owner, key: string, cost: number): (() => void) | undefined {
    const taken = this.#owners.get(owner) ?? { sum: 0, counts: new Map<string, number>() };
    const count = taken.counts.get(key) ?? 0;
    const added = count === 0 ? cost : 0;
    if (taken.sum + added > this.#max) return undefined;
    taken.sum += added;
    taken.counts.set(key, count + 1);
    this.#owners.set(owner, taken);
    return () => this.#leave(owner, taken, key, cost);
  }

  #leave(owner: Owner, taken: Taken, key: string, cost: number): void {
    const left = (taken.counts.get(key) ?? 0) - 1;
    if (left > 0) {
      taken.counts.set(key, left);
      return;
    }
    taken.counts.delete(key);
    taken.sum -= cost;
    if (taken.counts.size === 0) this.#owners.delete(owner);
  }
}
