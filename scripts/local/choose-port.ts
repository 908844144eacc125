import { findFreePort, isPortFree } from "../stack/ports.js";

/** Returns the wanted port. If none is wanted: the usual port when it is free, else any free port. */
export async function choosePort(wanted: number | undefined, usual: number, except?: number): Promise<number> {
  if (wanted !== undefined) {
    if (await isPortFree(wanted)) return wanted;
    throw new Error(`Port ${wanted} is taken. Choose another with --port, or leave it out to get a free one.`);
  }
  if (usual !== except && (await isPortFree(usual))) return usual;
  return findFreePort();
}
