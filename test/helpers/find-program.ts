import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** A program of the system that some tests run. */
export interface NeededProgram {
  name: string;
  /** The folder in which Debian keeps it. Searched before the PATH: a user's PATH often lacks /usr/sbin. */
  folder: string;
  /** The Debian package that contains it. */
  debianPackage: string;
}

/** @throws an error that says what to install */
export function findProgram({ name, folder, debianPackage }: NeededProgram): string {
  const candidates = [folder, ...(process.env.PATH ?? "").split(delimiter)].map((place) => join(place, name));
  const found = candidates.find(isExecutable);
  if (found !== undefined) return found;
  throw new Error(
    `These tests need ${name}, and there is none. Install it (Debian: apt-get install ${debianPackage}).`,
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
