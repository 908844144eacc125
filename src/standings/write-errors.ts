/**
 * Redis' errors for a script that was not run, and ioredis' for a command that was not sent. The script makes no write
 * before it can fail. "Connection is closed." is missing on purpose: ioredis also says it of commands that were sent.
 */
const notApplied =
  /^(OOM|MISCONF|READONLY|LOADING|NOAUTH|NOPERM|CLUSTERDOWN|MASTERDOWN|NOREPLICAS|TRYAGAIN|BUSY|WRONGTYPE)\b|^Stream isn't writeable|^Cluster isn't ready/;

/**
 * Why a script call settled no change. `unknown`: its answer got lost, so its changes may have been applied.
 */
export const batchFailureReasons = ["recovering", "not_applied", "unknown"] as const;
export type BatchFailure = (typeof batchFailureReasons)[number];

/** Whether a batch that failed changed nothing for certain. */
export function wasNotApplied(error: unknown): boolean {
  return error instanceof Error && notApplied.test(error.message);
}

export function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("OOM");
}
