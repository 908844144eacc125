import { setTimeout as delay } from "node:timers/promises";
import { Story, type Play, type StoryBoard } from "./story.js";

export interface SimulatedPlayersOptions {
  /** The service's address. */
  url: string;
  /** A token of the role `service`, which may change every player's score. */
  token: string;
  log: (line: string) => void;
}

const requestTimeoutMs = 3_000;
/** A service that fails for longer is worth a line. */
const patienceMs = 3_000;
const awayPauseMs = 1_000;
/** After so many plays the scores are read again: other people play, too. */
const playsBetweenReads = 40;
const boards: readonly StoryBoard[] = ["main", "weekly", "speedrun"];

interface Answer {
  readonly topScores?: readonly { readonly userId: string; readonly score: number }[];
}

/** Plays the demo's story, one act after the other: some six changes a second, which never pile up. */
export class SimulatedPlayers {
  readonly #options: SimulatedPlayersOptions;
  readonly #stopped = new AbortController();
  readonly #story = new Story(Math.random);
  readonly #finished: Promise<void>;
  #awaySince: number | undefined;
  #complained = false;

  constructor(options: SimulatedPlayersOptions) {
    this.#options = options;
    this.#finished = this.#play();
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#finished;
  }

  async #play(): Promise<void> {
    for (let plays = 0; !this.#stopped.signal.aborted; plays += 1) {
      if (plays % playsBetweenReads === 0) for (const board of boards) await this.#read(board);
      const play = this.#story.next();
      await this.#send(play);
      await this.#pause(play.pauseMs);
    }
  }

  async #read(board: StoryBoard): Promise<void> {
    const answer = await this.#ask(`boards/${board}/top?limit=100`);
    if (answer?.topScores) this.#story.learn(board, answer.topScores);
  }

  async #send({ board, userId, amount }: Play): Promise<void> {
    const isRun = board === "speedrun";
    const change = isRun ? { score: amount } : { scoreIncrement: amount };
    const answer = await this.#ask(isRun ? "scores/submit" : "scores/update", { board, userId, ...change });
    if (answer?.topScores) this.#story.learn(board, answer.topScores);
  }

  /** @returns undefined when the service does not answer as it should */
  async #ask(path: string, body?: object): Promise<Answer | undefined> {
    const { url, token, log } = this.#options;
    try {
      const response = await fetch(`${url}/api/v1/${path}`, {
        method: body === undefined ? "GET" : "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(requestTimeoutMs),
      });
      const answer = (await response.json()) as Answer;
      if (!response.ok) throw new Error(`HTTP ${response.status}: ${JSON.stringify(answer)}`);
      if (this.#complained) log("The simulated players reach the server again.");
      this.#complained = false;
      this.#awaySince = undefined;
      return answer;
    } catch (error) {
      if (this.#stopped.signal.aborted) return undefined;
      this.#awaySince ??= performance.now();
      // Says so once, and not for the moment in which a board that nobody has asked for yet opens.
      if (!this.#complained && performance.now() - this.#awaySince > patienceMs) {
        log(`The simulated players cannot score (${describe(error)}); they keep trying.`);
        this.#complained = true;
      }
      await this.#pause(awayPauseMs);
      return undefined;
    }
  }

  async #pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#stopped.signal }).catch(() => undefined);
  }
}

/** fetch() hides the reason, such as ECONNREFUSED, in the cause. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
