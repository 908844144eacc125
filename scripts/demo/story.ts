import { demoPlayers, guest, rivalries } from "./players.js";

export type StoryBoard = "main" | "weekly" | "speedrun";

/** A player's next act: points, or on the speed run's board a time in milliseconds. */
export interface Play {
  readonly board: StoryBoard;
  readonly userId: string;
  readonly amount: number;
  readonly pauseMs: number;
}

interface Row {
  readonly userId: string;
  readonly score: number;
}

const userIds = demoPlayers.map(({ userId }) => userId);
const rivals = new Map(
  rivalries.flatMap(([one, other]) => [
    [one, other],
    [other, one],
  ]),
);

/** The guest is kept about this far behind the tenth: the first points that it is given by hand matter. */
const guestBehind = { least: 2, most: 6 };
/** No run is faster. */
const perfectRun = 58_000;

/**
 * What the demo's players do: favourites in and out of form, streaks, rivals who answer at once, comebacks from far
 * behind, and runs that seldom beat the player's best. It is endless, and the field stays together. The same random
 * numbers give the same story.
 */
export class Story {
  readonly #random: () => number;
  /** What each player has, as far as it is known. */
  readonly #scores = {
    main: new Map<string, number>(),
    weekly: new Map<string, number>(),
    speedrun: new Map<string, number>(),
  };
  /** 1 is usual. It drifts as a player plays. */
  readonly #form = new Map<string, number>();
  readonly #planned: Play[] = [];

  /** @param random numbers from 0 to 1, as Math.random gives them */
  constructor(random: () => number) {
    this.#random = random;
  }

  /** Takes scores as the service tells them. */
  learn(board: StoryBoard, rows: readonly Row[]): void {
    for (const { userId, score } of rows) this.#scores[board].set(userId, score);
  }

  next(): Play {
    const play = this.#planned.shift() ?? this.#choose();
    this.#apply(play);
    return play;
  }

  #choose(): Play {
    const kind = this.#random();
    if (kind < 0.1) return this.#run();
    if (kind < 0.22) return this.#score("weekly", this.#anyOf(userIds));
    if (kind < 0.32 && this.#guestLags()) return { ...this.#score("main", guest), amount: this.#guestStep() };
    if (kind < 0.37) return this.#streak(this.#placed(2, 14), { scores: 8, least: 3, most: 9 });
    if (kind < 0.385) return this.#streak(this.#placed(18, 40), { scores: 14, least: 9, most: 18 });
    return this.#score("main", this.#chaser());
  }

  /** Remembers the score, and lets the rival of a player that was overtaken answer. */
  #apply({ board, userId, amount }: Play): void {
    const scores = this.#scores[board];
    const before = scores.get(userId) ?? 0;
    if (board === "speedrun") {
      scores.set(userId, before === 0 ? amount : Math.min(before, amount));
      return;
    }
    const after = before + amount;
    scores.set(userId, after);
    const form = this.#form.get(userId) ?? 1;
    this.#form.set(userId, Math.min(1.7, Math.max(0.5, form + 0.3 * (this.#random() - 0.5) + 0.05 * (1 - form))));
    const rival = rivals.get(userId);
    const rivalScore = rival === undefined ? undefined : scores.get(rival);
    if (rival === undefined || rivalScore === undefined || this.#planned.length > 0) return;
    if (rivalScore >= before && rivalScore < after && this.#random() < 0.75) {
      const answer = this.#streak(rival, { scores: 4, least: 2, most: 6 }, board);
      this.#planned.unshift(answer);
    }
  }

  /** @returns the first of several scores; the others are planned */
  #streak(
    userId: string,
    { scores, least, most }: Record<"scores" | "least" | "most", number>,
    board: StoryBoard = "main",
  ): Play {
    const [first, ...others] = Array.from({ length: scores }, () => ({
      board,
      userId,
      amount: this.#between(least, most),
      pauseMs: this.#between(70, 170),
    }));
    this.#planned.push(...others);
    return first ?? this.#score(board, userId);
  }

  #score(board: StoryBoard, userId: string): Play {
    const form = this.#form.get(userId) ?? 1;
    return {
      board,
      userId,
      amount: Math.max(1, Math.round(form * this.#between(1, 7))),
      pauseMs: this.#between(90, 330),
    };
  }

  /** One run in four beats the player's best, by ever less. */
  #run(): Play {
    const userId = this.#anyOf(userIds);
    const best = this.#scores.speedrun.get(userId) ?? 95_000;
    const better = this.#random() < 0.25;
    const gain = Math.ceil(0.05 * this.#random() * Math.max(0, best - perfectRun));
    const amount = better ? best - gain : best + this.#between(120, 4_000);
    return { board: "speedrun", userId, amount, pauseMs: this.#between(90, 330) };
  }

  /** Whoever is near the top and behind plays more often: so the field stays together, and the lead changes. */
  #chaser(): string {
    const order = this.#order();
    const top = this.#scores.main.get(order[0] ?? "") ?? 0;
    const weights = order.map((userId, place) => {
      const behind = top - (this.#scores.main.get(userId) ?? 0);
      return (place < 16 ? 3 : 1) * (1 + behind / 250) * (this.#form.get(userId) ?? 1) ** 2;
    });
    let left = this.#random() * weights.reduce((sum, weight) => sum + weight, 0);
    return order.find((_, place) => (left -= weights[place] ?? 0) < 0) ?? this.#anyOf(userIds);
  }

  #guestLags(): boolean {
    return this.#tenth() - (this.#scores.main.get(guest) ?? 0) > guestBehind.most;
  }

  #guestStep(): number {
    const missing = this.#tenth() - guestBehind.least - (this.#scores.main.get(guest) ?? 0);
    return Math.max(1, Math.min(missing, 400));
  }

  /** The score of the tenth of the others. */
  #tenth(): number {
    return this.#scores.main.get(this.#order()[9] ?? "") ?? 0;
  }

  /** The demo's players on the main board, best first. */
  #order(): string[] {
    const { main } = this.#scores;
    return userIds.toSorted((one, other) => (main.get(other) ?? 0) - (main.get(one) ?? 0));
  }

  /** A player who stands between two places, counted from 0. */
  #placed(from: number, to: number): string {
    return this.#anyOf(this.#order().slice(from, to));
  }

  #anyOf(ids: readonly string[]): string {
    return ids[Math.floor(this.#random() * ids.length)] ?? "ada";
  }

  #between(least: number, most: number): number {
    return least + Math.floor(this.#random() * (most - least + 1));
  }
}
