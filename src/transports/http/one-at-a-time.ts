import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** Requests of one connection that wait for earlier answers. No client in use sends nearly as many ahead. */
const maxWaiting = 100;

interface Line {
  last: ServerResponse;
  waiting: number;
}

/**
 * Runs pipelined requests one after another: each when the client has taken the answer before it. Node itself would run
 * all requests that it has read, and keep the answers for a client that never reads any.
 */
export function oneAtATime(handler: Handler): Handler {
  const lines = new WeakMap<Socket, Line>();
  return (request, response) => {
    const { socket } = request;
    const line = lines.get(socket);
    const before = line?.last;
    if (line) line.last = response;
    else lines.set(socket, { last: response, waiting: 0 });
    // Node sets a response's socket when it is that response's turn.
    if (!line || !before || response.socket !== null) return handler(request, response);
    if (line.waiting >= maxWaiting) return void socket.destroy();
    line.waiting += 1;
    before.once("close", () => {
      line.waiting -= 1;
      if (!socket.destroyed) handler(request, response);
    });
  };
}
