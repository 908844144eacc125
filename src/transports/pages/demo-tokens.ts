import { readFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { z } from "zod";
import type { Service } from "../../lifecycle.js";

/** A token that the demo's pages offer, so that a newcomer acts with one click. */
export interface DemoToken {
  readonly label: string;
  readonly token: string;
}

const list = z.array(z.object({ label: z.string(), token: z.string() }));

/** Any of these says that the request came through a proxy, so the visitor may be anywhere. */
const proxyHeaders = /^(?:x-forwarded(?:-.*)?|forwarded|via|x-real-ip|x-client-ip|cf-.*|true-client-ip|fly-.*)$/;
const loopbackAddress = /^(?:::ffff:)?127\.\d+\.\d+\.\d+$|^::1$/;
const loopbackHost = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i;

/** The tokens of DEMO_TOKENS_FILE. They appear in pages that people on this machine open, and nowhere else. */
export class DemoTokens implements Service {
  readonly name = "demo-tokens";
  readonly #file: string;
  #tokens: readonly DemoToken[] = [];

  constructor(file: string) {
    this.#file = file;
  }

  /** @throws Error that names the file when it can't be read or holds no list of tokens */
  async start(): Promise<void> {
    try {
      this.#tokens = list.parse(JSON.parse(await readFile(this.#file, "utf8")));
    } catch (error) {
      throw new Error(`DEMO_TOKENS_FILE needs a list of tokens, and ${this.#file} holds none`, { cause: error });
    }
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }

  for(request: IncomingMessage): readonly DemoToken[] {
    return isVisitHere(request) ? this.#tokens : [];
  }
}

/**
 * Whether a browser on this machine opens a page by itself. The address must be this machine's and no proxy may stand
 * between. The Host is checked, too: a foreign name that is made to lead here (DNS rebinding) would let a foreign page
 * read ours. Scripts of other origins send an Origin header, or say that they don't navigate. nginx forwards with
 * HTTP/1.0 and no header unless it is told otherwise; no browser does.
 */
export function isVisitHere({ socket, headers, httpVersion }: IncomingMessage): boolean {
  return (
    loopbackAddress.test(socket.remoteAddress ?? "") &&
    httpVersion === "1.1" &&
    loopbackHost.test(headers.host ?? "") &&
    headers.origin === undefined &&
    (headers["sec-fetch-mode"] ?? "navigate") === "navigate" &&
    !Object.keys(headers).some((name) => proxyHeaders.test(name))
  );
}
