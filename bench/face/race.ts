import { setTimeout as delay } from "node:timers/promises";

/** As many changes a second as a page is to stand. */
export const changesPerSecond = 20;
const players = Array.from({ length: 40 }, (_, at) => `player-${at + 1}`);
/** Of the players in the order of their scores; most changes happen where people look. */
const busiest = 14;

/**
 * A race of players near each other, on the board `main`, at a steady rate until it is stopped. Each change is a request
 * of its own, as websites send them.
 */
export class Race {
  readonly #scores = new Map<string, number>();
  #stopped = false;
  #running: Promise<void> = Promise.resolve();

  constructor(
    private readonly port: number,
    private readonly token: string,
  ) {}

  async start(): Promise<void> {
    for (const [at, player] of players.entries()) await this.#add(player, 1_000 - at * 12);
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    const begun = performance.now();
    const answers = new Set<Promise<void>>();
    for (let sent = 0; !this.#stopped; sent += 1) {
      const wait = begun + (1_000 * sent) / changesPerSecond - performance.now();
      if (wait > 0) await delay(wait);
      const answer = this.#add(this.#next(), 1 + Math.floor(Math.random() * 12)).finally(() => answers.delete(answer));
      answers.add(answer);
    }
    await Promise.all(answers);
  }

  #next(): string {
    const order = [...this.#scores].sort(([, one], [, other]) => other - one);
    return order[1 + Math.floor(Math.random() * busiest)]?.[0] ?? "player-1";
  }

  async #add(userId: string, scoreIncrement: number): Promise<void> {
    this.#scores.set(userId, (this.#scores.get(userId) ?? 0) + scoreIncrement);
    const response = await fetch(`http://127.0.0.1:${this.port}/api/v1/scores/update`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${this.token}` },
      body: JSON.stringify({ userId, scoreIncrement }),
    });
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  }
}
