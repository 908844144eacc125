import type { Revision } from "./score.js";

/**
 * A place in a board's history. The epoch counts how often the standings were rebuilt and is the more significant part;
 * both only grow. In Redis it is an outbox entry's id, `<epoch>-<revision>`.
 */
export interface Position {
  readonly epoch: number;
  readonly revision: Revision;
}

export function formatPosition({ epoch, revision }: Position): string {
  return `${epoch}-${revision}`;
}

/** @param id of an outbox entry; such ids are always written as positions */
export function parsePosition(id: string): Position {
  const [epoch, revision] = id.split("-");
  return { epoch: Number(epoch), revision: Number(revision) as Revision };
}
