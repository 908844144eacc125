import { request } from "node:http";
import { Readable } from "node:stream";

/**
 * `fetch` on a connection of its own. Node's own `fetch` connects ahead of need after a response was aborted, and may
 * send its next request on that connection just when the service closes it, because nothing came on it for ten seconds.
 *
 * @param init with a body that is a text, if any
 */
export function fetchAlone(url: string | URL | Request, init: RequestInit = {}): Promise<Response> {
  return new Promise((resolve, reject) => {
    const { method = "GET", signal } = init;
    const headers = Object.fromEntries(new Headers(init.headers));
    const sent = request(url instanceof Request ? url.url : url, { method, headers, agent: false }, (answer) => {
      const body = Readable.toWeb(answer) as ReadableStream<Uint8Array>;
      resolve(
        new Response(body, { status: answer.statusCode ?? 0, headers: answer.headers as Record<string, string> }),
      );
    });
    sent.once("error", reject);
    signal?.addEventListener("abort", () => sent.destroy());
    sent.end(init.body as string | undefined);
  });
}
