import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { request, type Agent } from "node:https";
import type { LookupFunction } from "node:net";
import { createClient, type Client } from "graphql-ws";
import { WebSocket } from "ws";
import { toResponse } from "../../helpers/node-response.js";
import type { ReverseProxy } from "./reverse-proxies.js";

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

export interface VisitorRequest {
  method?: "GET" | "HEAD" | "POST";
  headers?: Record<string, string>;
  body?: string;
}

/** A visitor from the internet, as the proxy sees it: by the public name, with TLS, from its own address. */
export class Visitor {
  /** @param address one of 127.0.0.0/8 */
  constructor(
    private readonly proxy: ReverseProxy,
    private readonly address = "127.0.0.1",
    /** Keeps connections open between requests. Default: a new one for each. */
    private readonly agent?: Agent,
  ) {}

  async fetch(path: string, options: VisitorRequest = {}): Promise<Answer> {
    const response = await this.open(path, options);
    let text = "";
    for await (const chunk of response.setEncoding("utf8")) text += String(chunk);
    return { status: response.statusCode ?? 0, headers: response.headers, text };
  }

  /** Returns the answer before its body has arrived. */
  open(path: string, { method = "GET", headers = {}, body }: VisitorRequest = {}): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const url = new URL(path, this.proxy.origin);
      const sent = request(url, { method, headers, ...this.#connection }, resolve);
      sent.once("error", reject);
      sent.end(body);
    });
  }

  /** The part of `fetch` that Apollo Client needs. */
  readonly fetchAsBrowser = async (url: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const { pathname } = new URL(url instanceof Request ? url.url : url);
    const headers = Object.fromEntries(new Headers(init.headers));
    // Apollo Client's bodies are strings.
    const answer = await this.open(pathname, { method: "POST", headers, body: init.body as string });
    init.signal?.addEventListener("abort", () => answer.destroy());
    return toResponse(answer);
  };

  graphql(query: string, headers: Record<string, string> = {}): Promise<Answer> {
    const body = JSON.stringify({ query });
    return this.fetch("/graphql", {
      method: "POST",
      body,
      headers: { "content-type": "application/json", ...headers },
    });
  }

  /** A page's own client: it sends the page's origin, and reconnects when it is cut off. */
  startClient(origin = this.proxy.origin): Client {
    const connection = { origin, ...this.#connection };
    return createClient({
      url: `${this.proxy.origin.replace("https:", "wss:")}/graphql`,
      webSocketImpl: class extends WebSocket {
        constructor(url: string, protocols: string[]) {
          super(url, protocols, connection);
        }
      },
      retryAttempts: Infinity,
      shouldRetry: () => true,
      retryWait: () => new Promise((resolve) => setTimeout(resolve, 50)),
    });
  }

  get #connection() {
    return {
      ca: this.proxy.certificate,
      localAddress: this.address,
      agent: this.agent ?? (false as const),
      lookup: toLoopback,
    };
  }
}

const toLoopback: LookupFunction = (_host, { all }, callback) =>
  all ? callback(null, [{ address: "127.0.0.1", family: 4 }]) : callback(null, "127.0.0.1", 4);
