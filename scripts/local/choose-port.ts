import { findFreePort, isPortFree } from "../stack/ports.js";

/** The wanted port; without a wish the usual one when it is free, else any free one. */
export async function choosePort(wanted: number | undefined, usual: number, except?: number): Promise<number> {
  if (wanted !== undefined) {
    if (await isPortFree(wanted)) return wanted;
    throw new Error(`Port ${wanted} is taken. Choose another with --port, or leave it out to get a free one.`);
  }
  if (usual !== except && (await isPortFree(usual))) return usual;
  return findFreePort();
}
