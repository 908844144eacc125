import { GraphQLSchema } from "graphql";
import { afterEach, expect, test, vi } from "vitest";
import { WebSocket } from "ws";
import { Authenticator, type TokenKind } from "../../src/auth/authenticate.js";
import type { AuthenticatedViewer } from "../../src/auth/roles.js";
import { createLogger } from "../../src/observability/logger.js";
import { noTraces } from "../../src/observability/traces.js";
import { socketOperations } from "../../src/transports/graphql/socket-operations.js";
import type { SocketState } from "../../src/transports/graphql/socket-state.js";

afterEach(() => vi.useRealTimers());

/** Calls `onConnect` for a socket whose token is looked up until `verified` is called. */
function connect() {
  vi.useFakeTimers();
  let resolve: (viewer: AuthenticatedViewer) => void = () => undefined;
  const verdict = new Promise<AuthenticatedViewer>((done) => (resolve = done));
  const kind: TokenKind = { isOfKind: () => true, verify: () => verdict };
  const authenticator = new Authenticator([kind], createLogger("silent"));
  // `onConnect` uses nothing else of a socket and of its state, and neither an executor nor an admission.
  const schema = new GraphQLSchema({});
  const options = { schema, executor: {} as never, authenticator, admission: {} as never, traces: noTraces };
  const socket = { readyState: WebSocket.OPEN as number, OPEN: WebSocket.OPEN, close: vi.fn() };
  const extra = { socket } as unknown as SocketState;
  const { onConnect, onClose } = socketOperations(options);
  const context = { connectionParams: { authorization: "token" }, extra, subscriptions: {} } as never;
  const connected = onConnect?.(context);
  const verified = () => resolve({ role: "player", subject: "sam", expiresAt: Date.now() + 60_000 });
  return { socket, connected, verified, close: () => onClose?.(context, 1000, "") };
}

test("a socket that stays open is closed with 4403 when its token expires", async () => {
  const { socket, connected, verified } = connect();
  verified();
  expect(await connected).toBe(true);
  vi.advanceTimersByTime(60_000);
  expect(socket.close).toHaveBeenCalledExactlyOnceWith(4403, "Forbidden");
});

test.each([WebSocket.CLOSING, WebSocket.CLOSED])(
  "a socket that has state %d when its token was looked up leaves no timer behind",
  async (state) => {
    const { socket, connected, verified, close } = connect();
    socket.readyState = state;
    await close();
    verified();
    await connected;
    expect(vi.getTimerCount()).toBe(0);
  },
);
