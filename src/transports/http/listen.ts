import type { FastifyInstance } from "fastify";
import { Obstacle } from "../../domain/errors.js";

export interface ListenOptions {
  port: number;
  host: string;
  /** The environment variables that set them. */
  named: { port: string; host: string };
  /** Whether only this process listens on the port, even where the processes of a supervisor share other ports. */
  exclusive?: boolean;
}

/** @throws Obstacle naming the variable to change when the port or the address can't be used */
export async function listen(app: FastifyInstance, { named, ...where }: ListenOptions): Promise<void> {
  try {
    await app.listen(where);
  } catch (error) {
    const sentence = describe(error, where, named);
    throw sentence === undefined ? error : new Obstacle(sentence, { cause: error });
  }
}

function describe(
  error: unknown,
  { port, host }: Pick<ListenOptions, "port" | "host">,
  named: ListenOptions["named"],
): string | undefined {
  switch (error instanceof Error && "code" in error ? error.code : undefined) {
    case "EADDRINUSE":
      return `${named.port} ${port} is taken: another program listens on it already (${named.host} ${host})`;
    case "EACCES":
      return `this user may not listen on ${named.port} ${port}; take one from 1024 on`;
    case "EADDRNOTAVAIL":
      return `${named.host} ${host} is no address of this machine`;
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `${named.host} ${host} is not found`;
    default:
      return undefined;
  }
}
