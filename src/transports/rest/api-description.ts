import type { IncomingMessage } from "node:http";
import type { FastifyInstance } from "fastify";
import { cacheableAnswer, sendCacheable } from "../http/cacheable.js";
import type { TrustedProxies } from "../network/trusted-proxies.js";
import { apiPage, apiPageHeaders } from "./api-page.js";
import { json } from "./errors.js";
import { describeApi } from "./openapi/document.js";

export interface ApiDescriptionOptions {
  /** The service's. */
  version: string;
  proxies: TrustedProxies;
}

/** What REST offers: for programs as OpenAPI, and for people as a page that loads and runs nothing. */
export function registerApiDescription(app: FastifyInstance, { version, proxies }: ApiDescriptionOptions): void {
  const method = ["GET", "HEAD"];
  const document = cacheableAnswer(json, JSON.stringify(describeApi(version)));
  app.route({
    method,
    url: "/api/openapi.json",
    handler: (request, reply) => sendCacheable(request, reply, document),
  });
  app.route({
    method,
    url: "/api",
    handler: (request, reply) => {
      const page = cacheableAnswer(apiPageHeaders["content-type"], apiPage(originOf(request.raw, proxies), version));
      return sendCacheable(request, reply.headers(apiPageHeaders), page, { control: "no-cache" });
    },
  });
}

/** The origin that the examples name. A Host header that is no plain host and port must not get into a shell command. */
function originOf(request: IncomingMessage, proxies: TrustedProxies): string {
  const { scheme = "http", host = "" } = proxies.siteOf(request);
  return /^[\w.-]+(:\d+)?$|^\[[\da-f:.]+\](:\d+)?$/i.test(host) ? `${scheme}://${host}` : "http://localhost:4000";
}
