import { demoPlayers, guest } from "./players.js";

/** A board of the demo, and the changes that fill it. */
export interface DemoBoard {
  /** A `CreateBoardInput`. */
  readonly input: { readonly id: string; readonly title: string } & Readonly<Record<string, unknown>>;
  /** Of at most 100 `ScoreChangeInput`s. */
  readonly changes: readonly { readonly userId: string; readonly increment?: number; readonly score?: number }[];
}

const userIds = demoPlayers.map(({ userId }) => userId);

/** The service makes `main` by itself; the demo gives it a title. */
export const mainBoard: DemoBoard = {
  input: { id: "main", title: "Grand Arena" },
  changes: [
    ...userIds.map((userId, place) => ({ userId, increment: scoreAt(place) })),
    // Just behind the tenth, so that a few points are seen to matter.
    { userId: guest, increment: scoreAt(9) - 4 },
  ],
};

/** Beside `main`. Players may write on both, so that the demo's token can. */
export const moreBoards: readonly DemoBoard[] = [
  {
    input: {
      id: "weekly",
      title: "Weekly league",
      writers: "PLAYERS",
      schedule: { cron: "0 0 * * 1", timezone: "Europe/Berlin" },
    },
    changes: userIds
      .map((userId, place) => ({ userId, increment: 12 + ((place * 37) % 60) * 7 }))
      .concat({ userId: guest, increment: 300 }),
  },
  {
    input: {
      id: "speedrun",
      title: "Speed run",
      operator: "BEST",
      order: "LOWEST_FIRST",
      ties: "FIRST_TO_REACH",
      writers: "PLAYERS",
      unit: "MILLISECONDS",
    },
    // Every third has the time of the one before: the first to reach it stands higher.
    changes: userIds
      .map((userId, place) => ({ userId, place: (place * 23) % userIds.length }))
      .sort((one, other) => one.place - other.place)
      .map(({ userId, place }) => ({ userId, score: 71_512 + 437 * (place - Number(place % 3 === 2)) })),
  },
];

/** A field that is close at the top: 1,650 first, 1,400 tenth, 400 last; the fourth and the fifth are tied. */
function scoreAt(place: number): number {
  const tied = place === 4 ? 3 : place;
  return 1650 - 27 * Math.min(tied, 9) - 20 * Math.max(0, tied - 9) - (tied % 3);
}
