import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { waitFor } from "./wait-for.js";

export interface CollectedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly kind: number;
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly status: { readonly code?: number };
}

interface Body {
  resourceSpans: { resource: unknown; scopeSpans: { spans: WireSpan[] }[] }[];
}
type WireSpan = Omit<CollectedSpan, "attributes"> & { attributes: { key: string; value: Record<string, unknown> }[] };

/** An OTLP collector on 127.0.0.1 that keeps what it is sent, as JSON or as the bytes of protobuf. */
export class Collector {
  readonly #server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const body = Buffer.concat(parts);
      this.requests.push({ path: request.url, headers: request.headers, body });
      if (request.headers["content-type"] === "application/json") this.#keep(JSON.parse(body.toString()) as Body);
      response.writeHead(200, { "content-type": request.headers["content-type"] }).end("");
    });
  });
  readonly requests: { path: string | undefined; headers: NodeJS.Dict<string | string[]>; body: Buffer }[] = [];
  readonly spans: CollectedSpan[] = [];

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Waits for a span. */
  async span(matches: (span: CollectedSpan) => boolean): Promise<CollectedSpan> {
    let found: CollectedSpan | undefined;
    await waitFor(() => (found = this.spans.find(matches)) !== undefined);
    if (!found) throw new Error("unreachable");
    return found;
  }

  #keep({ resourceSpans }: Body): void {
    for (const span of resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))) {
      const attributes = Object.fromEntries(span.attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
      this.spans.push({ ...span, attributes });
    }
  }
}
