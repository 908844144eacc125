import type { IncomingMessage } from "node:http";
import helmet from "@fastify/helmet";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestAsyncHookHandler } from "fastify";
import type { TrustedProxies } from "../network/trusted-proxies.js";
import { boardIn } from "./addresses.js";
import type { PageContent } from "./content.js";
import type { DemoTokens } from "./demo-tokens.js";
import { registerFiles } from "./files.js";
import { PageAnswers } from "./page-answers.js";
import { plainBoard, plainMissing, plainPlayer } from "./plain-standings.js";
import { playgroundPolicy, socketsOf, standingsPolicy, type PageOrigins } from "./policies.js";
import { boardHead, overlayHead, playerHead } from "./sentences.js";

export interface PagesOptions {
  /** The folder that `vite build` wrote: the pages, and `assets/`. It may be missing; then the pages answer 503. */
  root: string;
  /** Whether `/playground` exists. */
  playground: boolean;
  /** What the pages tell before their scripts run. */
  content: Pick<PageContent, "board" | "player">;
  origins: PageOrigins;
  proxies: TrustedProxies;
  /** Counts a request for its sender: see `limitReads`. */
  limit: onRequestAsyncHookHandler;
  demoTokens: Pick<DemoTokens, "for"> | undefined;
}

interface Named {
  Params: { name: string };
}

// HEAD is named because Fastify's own HEAD routes add a length of 0 to a 304.
const method = ["GET", "HEAD"];

/**
 * Serves the built pages, GraphiQL at `/playground`, and the files that they load; nothing else of the folder. Only
 * these routes have the security headers: the API is not a document, and other origins may be allowed to use it.
 */
export function registerPages(app: FastifyInstance, options: PagesOptions): void {
  const { root, content, origins, proxies } = options;
  const sockets = (request: IncomingMessage) => socketsOf(proxies.siteOf(request).host);
  const answers = new PageAnswers(options);

  app.register(async (pages) => {
    await pages.register(helmet, {
      global: false,
      // The proxy in front of this service handles TLS, and decides whether to enforce it.
      strictTransportSecurity: false,
      frameguard: { action: "deny" },
      // Browsers accept these two on trustworthy origins only, and warn about them on a plain http:// address.
      crossOriginOpenerPolicy: false,
      originAgentCluster: false,
    });
    await pages.register(fastifyStatic, { root, serve: false, index: false, preCompressed: true });
    registerFiles(pages, root);

    const standings = { method, onRequest: options.limit, helmet: standingsPolicy(sockets, origins) };
    pages.route({ ...standings, url: "/", handler: showMain });
    pages.route<Named>({ ...standings, url: "/b/:name", handler: showBoard });
    pages.route<Named>({ ...standings, url: "/p/:name", handler: showPlayer });
    pages.route<Named>({ ...standings, url: "/overlay/:name", handler: showOverlay });
    if (!options.playground) return;
    pages.route({
      method,
      onRequest: options.limit,
      url: "/playground",
      helmet: playgroundPolicy(sockets, origins),
      handler: (request, reply) =>
        answers.send(request, reply, {
          file: "playground.html",
          head: { title: "Playground – Standings" },
          demo: true,
        }),
    });
  });

  /** This address always exists, so it is never 404: `?board=` is how earlier releases named boards. */
  async function showMain(request: FastifyRequest, reply: FastifyReply) {
    const board = await content.board(boardIn(request.query));
    if (!board)
      return answers.send(request, reply, { file: "index.html", head: unknownBoard, plain: noBoard, demo: false });
    return answers.send(request, reply, boardPage(board));
  }

  async function showBoard(request: FastifyRequest<Named>, reply: FastifyReply) {
    if (request.params.name === "") return reply.callNotFound();
    const board = await content.board(request.params.name);
    if (!board) return answers.sendMissing(request, reply, { file: "index.html", head: unknownBoard, plain: noBoard });
    return answers.send(request, reply, boardPage(board));
  }

  async function showPlayer(request: FastifyRequest<Named>, reply: FastifyReply) {
    const player = await content.player(boardIn(request.query), request.params.name);
    if (!player) return reply.callNotFound();
    const [head, plain] = [playerHead(player), plainPlayer(player)];
    return answers.send(request, reply, { file: "player.html", head, plain, demo: true });
  }

  async function showOverlay(request: FastifyRequest<Named>, reply: FastifyReply) {
    const board = await content.board(request.params.name);
    if (!board) return reply.callNotFound();
    return answers.send(request, reply, { file: "overlay.html", head: overlayHead(board), demo: false });
  }
}

const unknownBoard = { title: "No such board – Standings", unlisted: true };
const noBoard = plainMissing("There is no such board here.");

function boardPage(board: Parameters<typeof boardHead>[0]) {
  return { file: "index.html", head: boardHead(board), plain: plainBoard(board), demo: false };
}
