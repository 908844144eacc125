import { z } from "zod";
import { Obstacle } from "../domain/errors.js";

export interface KeyRequestOptions {
  /** The whole answer must come within this time. */
  readonly timeoutMs: number;
  /** Ends the request. */
  readonly stop: AbortSignal;
}

/** Enough for some hundred RSA keys with their certificates. */
const maxBytes = 256 * 1024;

const keySetSchema = z.object({ keys: z.array(z.unknown()) });

/**
 * Asks an authentication service for its JSON Web Key Set, once. Follows no redirect: only the configured address is
 * trusted.
 *
 * @param url a user and a password in it are sent as `Basic`
 * @returns the members of the set, unchecked
 * @throws Obstacle for an answer that is no key set or comes too late, otherwise an error of `fetch`; none shows the URL
 */
export async function requestKeys(url: URL, { timeoutMs, stop }: KeyRequestOptions): Promise<readonly unknown[]> {
  stop.throwIfAborted();
  const request = new AbortController();
  const abort = () => request.abort();
  const timer = setTimeout(() => request.abort(new Obstacle(`no answer within ${timeoutMs / 1_000} s`)), timeoutMs);
  stop.addEventListener("abort", abort);
  try {
    const { address, headers } = splitCredentials(url);
    const response = await fetch(address, { headers, redirect: "manual", signal: request.signal });
    if (response.status !== 200) throw new Obstacle(`the answer has status ${response.status}`);
    return parseKeySet(await readText(response));
  } finally {
    clearTimeout(timer);
    stop.removeEventListener("abort", abort);
    // Frees the connection of an answer that was not read to its end.
    abort();
  }
}

/** `fetch` refuses URLs with a user or a password. */
function splitCredentials(url: URL): { address: URL; headers: Headers } {
  const headers = new Headers({ accept: "application/jwk-set+json, application/json" });
  const address = new URL(url);
  const { username, password } = address;
  if (username !== "" || password !== "") {
    const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    headers.set("authorization", `Basic ${Buffer.from(credentials).toString("base64")}`);
    address.username = address.password = "";
  }
  return { address, headers };
}

/** The limit counts the bytes after decompression. */
async function readText({ body }: Response): Promise<string> {
  const received: AsyncIterable<Uint8Array> | null = body;
  if (!received) return "";
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of received) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new Obstacle(`the answer is longer than ${maxBytes / 1_024} KB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parseKeySet(text: string): readonly unknown[] {
  try {
    return keySetSchema.parse(JSON.parse(text)).keys;
  } catch {
    throw new Obstacle("the answer is not a JSON Web Key Set");
  }
}
