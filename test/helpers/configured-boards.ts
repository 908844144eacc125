import { BoardDirectory } from "../../src/boards/directory.js";
import { createLogger } from "../../src/observability/logger.js";

/** A directory of configured boards alone, without stores. */
export function configuredBoards(ids: readonly string[]): BoardDirectory {
  return new BoardDirectory({
    configured: ids,
    readLive: () => Promise.resolve(undefined),
    readStored: () => Promise.resolve(undefined),
    readVersion: () => Promise.resolve(null),
    logger: createLogger("silent"),
  });
}
