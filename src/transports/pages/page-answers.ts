import type { FastifyReply, FastifyRequest } from "fastify";
import { cacheableAnswer, sendCacheable } from "../http/cacheable.js";
import { unnameAnswer } from "../http/answer-id.js";
import type { TrustedProxies } from "../network/trusted-proxies.js";
import { BuiltPages } from "./built-page.js";
import type { DemoToken, DemoTokens } from "./demo-tokens.js";
import { headOf, type Head } from "./head.js";
import { isPlainHost, type PageOrigins } from "./policies.js";

export interface PageAnswersOptions {
  root: string;
  origins: PageOrigins;
  proxies: TrustedProxies;
  demoTokens: Pick<DemoTokens, "for"> | undefined;
}

export interface Page {
  /** Of the built pages. */
  readonly file: string;
  readonly head: Head;
  /** For people without JavaScript; undefined: what the built page says. */
  readonly plain?: string;
  /** Whether people sign in on this page. */
  readonly demo: boolean;
}

const html = "text/html; charset=utf-8";

/** Writes the pages' answers. */
export class PageAnswers {
  readonly #options: PageAnswersOptions;
  readonly #built: BuiltPages;

  constructor(options: PageAnswersOptions) {
    this.#options = options;
    this.#built = new BuiltPages(options.root);
  }

  /**
   * Pages name the assets of their build and show the rows of this moment, so a browser asks for the newest page each
   * time. The tag is of the whole text: while neither has changed, the answer is 304. A page with tokens is kept nowhere.
   */
  async send(request: FastifyRequest, reply: FastifyReply, page: Page): Promise<FastifyReply> {
    const tokens = page.demo ? (this.#options.demoTokens?.for(request.raw) ?? []) : [];
    const text = await this.#write(request, page, tokens);
    if (text === undefined) return sendUnbuilt(reply);
    if (tokens.length > 0) return sendOnce(reply, 200, text);
    return sendCacheable(request, reply, cacheableAnswer(html, text), { control: "no-cache" });
  }

  /** The page of something that does not exist: its script says so, too. */
  async sendMissing(request: FastifyRequest, reply: FastifyReply, page: Omit<Page, "demo">): Promise<FastifyReply> {
    const text = await this.#write(request, { ...page, demo: false }, []);
    return text === undefined ? sendUnbuilt(reply) : sendOnce(reply, 404, text);
  }

  #write(request: FastifyRequest, { file, head, plain }: Page, demoTokens: readonly DemoToken[]) {
    const { proxies, origins } = this.#options;
    const { scheme = "http", host = "" } = proxies.siteOf(request.raw);
    const origin = isPlainHost(host) ? `${scheme}://${host}` : undefined;
    return this.#built.fill(file, {
      head: headOf(head, { origin, avatarOrigins: origins.avatars, demoTokens }),
      plain,
    });
  }
}

function sendOnce(reply: FastifyReply, status: number, text: string): FastifyReply {
  return unnameAnswer(reply).code(status).header("cache-control", "no-store").header("content-type", html).send(text);
}

function sendUnbuilt(reply: FastifyReply): FastifyReply {
  return reply
    .code(503)
    .header("cache-control", "no-store")
    .type("text/plain; charset=utf-8")
    .send("The page is not built: run npm run build.\n");
}
