import type { ViewerConnection } from "./viewer-connection.js";

/** How many connections follow each subject. A connection with several subscriptions counts once. */
export class Audiences {
  /** By subject: how many subscriptions each connection has. */
  readonly #subjects = new Map<string, Map<ViewerConnection, number>>();

  add(subject: string, connection: ViewerConnection): void {
    let connections = this.#subjects.get(subject);
    if (!connections) this.#subjects.set(subject, (connections = new Map<ViewerConnection, number>()));
    connections.set(connection, (connections.get(connection) ?? 0) + 1);
  }

  remove(subject: string, connection: ViewerConnection): void {
    const connections = this.#subjects.get(subject);
    if (!connections) return;
    const left = (connections.get(connection) ?? 0) - 1;
    if (left > 0) connections.set(connection, left);
    else connections.delete(connection);
    if (connections.size === 0) this.#subjects.delete(subject);
  }

  sizeOf(subject: string): number {
    return this.#subjects.get(subject)?.size ?? 0;
  }

  *sizes(): Generator<[subject: string, size: number]> {
    for (const [subject, connections] of this.#subjects) yield [subject, connections.size];
  }
}
