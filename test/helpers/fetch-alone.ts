import { request } from "node:http";
import { toResponse } from "./node-response.js";

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
    const target = url instanceof Request ? url.url : url;
    const sent = request(target, { method, headers, agent: false }, (answer) => resolve(toResponse(answer)));
    sent.once("error", reject);
    signal?.addEventListener("abort", () => sent.destroy());
    sent.end(init.body as string | undefined);
  });
}
