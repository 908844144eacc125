export function processIdentity(pid: number): string | undefined;
export function writeProcessRecord(path: string, pid: number): void;
export function readProcessRecord(path: string): { pid: number; alive: boolean } | undefined;

export interface HeldLock {
  acquired: true;
  release(): void;
}
export function waitForLock(path: string, doing: string): Promise<Pick<HeldLock, "release">>;
export function acquireLock(path: string): HeldLock | { acquired: false; heldBy: number };
