import { open } from "node:fs/promises";
import { isErrno } from "./ports.js";

const TAIL_BYTES = 16_384;

/** The last `count` lines of a file, reading only its end; none when the file does not exist. */
export async function readLastLines(path: string, count: number): Promise<string[]> {
  try {
    const file = await open(path, "r");
    try {
      const { size } = await file.stat();
      const { buffer, bytesRead } = await file.read({
        buffer: Buffer.alloc(Math.min(size, TAIL_BYTES)),
        position: Math.max(0, size - TAIL_BYTES),
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
