/**
 * Declares the packages that only bench/package.json installs, as far as the peers use them: the project's type check
 * must pass in a checkout where the benchmarks were never run. Packages that the project itself has need no declaration
 * here.
 */

declare module "express" {
  import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";

  namespace express {
    interface Request extends IncomingMessage {
      /** Set by `express.json()`. */
      body?: unknown;
    }
    interface Response extends ServerResponse {
      status(code: number): this;
      json(body: unknown): this;
    }
    type NextFunction = (error?: unknown) => void;
    type RequestHandler = (req: Request, res: Response, next: NextFunction) => unknown;
    type ErrorRequestHandler = (error: unknown, req: Request, res: Response, next: NextFunction) => unknown;
    interface Express extends RequestListener {
      use(handler: RequestHandler | ErrorRequestHandler): this;
      use(path: string, handler: RequestHandler): this;
      post(path: string, handler: RequestHandler): this;
    }
    function json(): RequestHandler;
  }
  function express(): express.Express;
  export = express;
}

declare module "@as-integrations/express5" {
  import type { ApolloServer, BaseContext } from "@apollo/server";
  import type { Request, RequestHandler, Response } from "express";

  export function expressMiddleware<Context extends BaseContext>(
    server: ApolloServer<Context>,
    options: { context: (input: { req: Request; res: Response }) => Promise<Context> },
  ): RequestHandler;
}

declare module "mercurius" {
  import type { FastifyPluginAsync, FastifyRequest } from "fastify";
  import type { GraphQLSchema } from "graphql";

  module "fastify" {
    interface FastifyInstance {
      graphql: { pubsub: { publish(event: { topic: string; payload: unknown }): void } };
    }
  }
  interface MercuriusOptions {
    schema: GraphQLSchema;
    /** Compiles a query at this execution. */
    jit?: number;
    context?: (request: FastifyRequest) => object;
    subscription?: { emitter: unknown };
  }
  const mercurius: FastifyPluginAsync<MercuriusOptions>;
  export default mercurius;
}

declare module "mqemitter-redis" {
  export default function createEmitter(options: { connectionString: string }): unknown;
}

declare module "socket.io" {
  import type { Server as HttpServer } from "node:http";

  export class Server {
    constructor(options: { adapter: unknown });
    emit(event: string, payload: unknown): boolean;
    attach(server: HttpServer): void;
  }
}

declare module "@socket.io/redis-adapter" {
  import type { Redis } from "ioredis";

  export function createAdapter(publisher: Redis, subscriber: Redis): unknown;
}

declare module "graphql-yoga" {
  import type { RequestListener } from "node:http";
  import type { GraphQLSchema } from "graphql";

  export function createYoga(options: {
    schema: GraphQLSchema;
    context: (input: { request: Request }) => object;
  }): RequestListener;
}
