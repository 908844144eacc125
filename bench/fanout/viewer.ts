import { randomUUID } from "node:crypto";
import type { Dialect } from "./dialects.js";
import { RawWebSocket } from "./raw-web-socket.js";

export interface ViewerOptions {
  readonly port: number;
  readonly dialect: Dialect;
  /**
   * Checks a message.
   *
   * @returns the leader's score, or of a player's own row the revision; undefined when the message is no update
   * @throws Error for an update that is not right
   */
  readonly check: (data: Buffer, start: number, end: number, id: Buffer, index: number) => number | undefined;
  /** Viewers of one dialect are numbered from 0. */
  readonly index: number;
  /** @param from the score of its update before this one; undefined: this is its first */
  readonly onUpdate: (from: number | undefined, to: number) => void;
  readonly onEnd: (reason: string) => void;
  /** Reads its first update, then nothing more. */
  readonly stalled: boolean;
}

/** One viewer of the top scores. */
export class Viewer {
  readonly #options: ViewerOptions;
  /** Clients name their subscriptions by UUIDs. */
  readonly #id = randomUUID();
  readonly #idBytes = Buffer.from(this.#id);
  #webSocket: RawWebSocket | undefined;
  #score: number | undefined;

  /** @throws Error when the server refuses the connection */
  static async open(options: ViewerOptions): Promise<Viewer> {
    const viewer = new Viewer(options);
    const { port, dialect } = options;
    viewer.#webSocket = await RawWebSocket.open(
      { port, path: dialect.path, protocol: dialect.protocol },
      {
        onText: (data, start, end) => viewer.#receive(data, start, end),
        onEnd: (reason) => viewer.#end(reason),
      },
    );
    if (dialect.opening !== undefined) viewer.#webSocket.send(dialect.opening);
    return viewer;
  }

  private constructor(options: ViewerOptions) {
    this.#options = options;
  }

  /** The newest score that it has; undefined before its first update. */
  get score(): number | undefined {
    return this.#score;
  }

  close(): void {
    this.#webSocket?.destroy();
    this.#webSocket = undefined;
  }

  #receive(data: Buffer, start: number, end: number): void {
    try {
      const score = this.#options.check(data, start, end, this.#idBytes, this.#options.index);
      if (score === undefined) this.#answer(data.toString("utf8", start, end));
      else this.#update(score);
    } catch (error) {
      this.#end(error instanceof Error ? error.message : String(error));
    }
  }

  #update(score: number): void {
    const before = this.#score;
    const least = (before ?? -Infinity) + (this.#options.dialect.revisions ? 1 : 0);
    if (score < least) throw new Error(`got ${score} after ${before}`);
    this.#score = score;
    this.#options.onUpdate(before, score);
    if (this.#options.stalled) this.#webSocket?.stall();
  }

  #answer(message: string): void {
    const answer = this.#options.dialect.answer(message, this.#id, this.#options.index);
    // Some greet in the same packet that opens the WebSocket, so `open` has not returned yet.
    if (answer !== undefined) setImmediate(() => this.#webSocket?.send(answer));
  }

  #end(reason: string): void {
    this.close();
    this.#options.onEnd(reason);
  }
}
