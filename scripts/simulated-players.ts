import { setTimeout as delay } from "node:timers/promises";

export interface SimulatedPlayersOptions {
  /** The service's REST endpoint for increments. */
  url: string;
  /** A token of the role `service`, which may change every player's score. */
  token: string;
  log: (line: string) => void;
  /** Default: Math.random. */
  random?: () => number;
}

const names = [
  ...["Ada", "Alan", "Barbara", "Bjarne", "Brian", "Claude", "Dennis", "Dijkstra", "Donald", "Edith"],
  ...["Frances", "Grace", "Guido", "Hedy", "Jean", "Joan", "John", "Karen", "Katherine", "Ken"],
  ...["Leslie", "Linus", "Margaret", "Mary", "Niklaus", "Radia", "Rózsa", "Sophie", "Tim", "Vint"],
];

const requestTimeoutMs = 3_000;
const awayPauseMs = 1_000;

interface Row {
  userId: string;
}

/**
 * Thirty players who make about six increments a second. They play one after the other, so their requests never pile
 * up.
 */
export class SimulatedPlayers {
  readonly #stopped = new AbortController();
  readonly #random: () => number;
  readonly #finished: Promise<void>;
  #away = false;
  /** Where they play now. */
  #board = "main";

  constructor(private readonly options: SimulatedPlayersOptions) {
    this.#random = options.random ?? Math.random;
    this.#finished = this.#play();
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#finished;
  }

  async #play(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      this.#board = this.#chance(0.2) ? "weekly" : "main";
      const player = this.#pickPlayer();
      const standings = this.#chance(0.25)
        ? await this.#burst(player)
        : await this.#score(player, this.#between(1, 10));
      const rival = standings && this.#rivalOf(player, standings);
      if (rival !== undefined && this.#chance(0.6)) await this.#burst(rival);
      await this.#pause(this.#between(100, 500));
    }
  }

  /** Early names of the list play more often: a board needs favourites. */
  #pickPlayer(): string {
    return names[Math.floor(this.#random() ** 1.5 * names.length)] ?? "Ada";
  }

  async #burst(player: string): Promise<Row[] | undefined> {
    let standings: Row[] | undefined;
    for (let left = this.#between(3, 7); left > 0; left -= 1) {
      standings = await this.#score(player, this.#between(1, 6));
      await this.#pause(this.#between(40, 120));
    }
    return standings;
  }

  /** The player that was overtaken, or else the one just above: it answers with points of its own. */
  #rivalOf(player: string, standings: readonly Row[]): string | undefined {
    const place = standings.findIndex(({ userId }) => userId === player);
    if (place < 0) return undefined;
    const neighbours = [standings[place + 1], standings[place - 1]].map((row) => row?.userId);
    return neighbours.find((userId) => userId !== undefined && names.includes(userId));
  }

  /** @returns the top scores after the increment; undefined when it failed */
  async #score(userId: string, scoreIncrement: number): Promise<Row[] | undefined> {
    const { url, token, log } = this.options;
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
        body: JSON.stringify({ board: this.#board, userId, scoreIncrement }),
        signal: AbortSignal.timeout(requestTimeoutMs),
      });
      const body: unknown = await response.json();
      if (!response.ok) throw new Error(`HTTP ${response.status}: ${JSON.stringify(body)}`);
      if (this.#away) log("The simulated players reach the server again.");
      this.#away = false;
      return rowsOf(body);
    } catch (error) {
      if (this.#stopped.signal.aborted) return undefined;
      // Says so once: a server that is restarting should not fill the terminal with messages.
      if (!this.#away) log(`The simulated players cannot score (${describe(error)}); they keep trying.`);
      this.#away = true;
      await this.#pause(awayPauseMs);
      return undefined;
    }
  }

  async #pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#stopped.signal }).catch(() => undefined);
  }

  #chance(probability: number): boolean {
    return this.#random() < probability;
  }

  #between(least: number, most: number): number {
    return least + Math.floor(this.#random() * (most - least + 1));
  }
}

function rowsOf(body: unknown): Row[] | undefined {
  if (typeof body !== "object" || body === null || !("topScores" in body)) return undefined;
  return Array.isArray(body.topScores) ? body.topScores.filter(isRow) : undefined;
}

function isRow(value: unknown): value is Row {
  return typeof value === "object" && value !== null && "userId" in value && typeof value.userId === "string";
}

/** fetch() hides the reason, such as ECONNREFUSED, in the cause. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
