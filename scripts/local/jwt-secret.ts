import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isErrno } from "../stack/ports.js";

/** Returns the same secret at every start, so that tokens of earlier runs stay valid. */
export async function readJwtSecret(dir: string): Promise<string> {
  const path = join(dir, "jwt-secret");
  try {
    return (await readFile(path, "utf8")).trim();
  } catch (error) {
    if (!isErrno(error, "ENOENT")) throw error;
    const secret = randomBytes(32).toString("hex");
    await writeFile(path, `${secret}\n`, { mode: 0o600 });
    return secret;
  }
}
