import { open } from "node:fs/promises";
import { isErrno } from "./ports.js";

const tailBytes = 16_384;

/** The last `count` lines of a file, reading only its end; none when the file does not exist. */
export async function readLastLines(path: string, count: number): Promise<string[]> {
  try {
    const file = await open(path, "r");
    try {
      const { size } = await file.stat();
      const { buffer, bytesRead } = await file.read({
        buffer: Buffer.alloc(Math.min(size, tailBytes)),
        position: Math.max(0, size - tailBytes),
      });
      return buffer.toString("utf8", 0, bytesRead).trimEnd().split("\n").slice(-count);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isErrno(error, "ENOENT")) return [];
    throw error;
  }
}
