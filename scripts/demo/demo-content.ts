/** A board that the demo makes when the service lacks it, and the changes that fill it. */
export interface DemoBoard {
  /** A `CreateBoardInput`. */
  readonly input: { readonly id: string; readonly title: string } & Readonly<Record<string, unknown>>;
  /** Of at most 100 `ScoreChangeInput`s. */
  readonly changes: readonly object[];
}

/** The country and the name of each, by user id. All are invented; one has an emoji, two are written from the right. */
const profiles: Readonly<Record<string, readonly [country: string, displayName: string]>> = {
  Ada: ["GB", "Ada 🚀"],
  Alan: ["GB", "Alan Fairweather"],
  Barbara: ["SE", "Barbara Lindqvist"],
  Bjarne: ["DK", "Bjarne Højgaard"],
  Brian: ["IE", "Brian Mac an Tóir"],
  Dennis: ["TR", "Deniz Aydın"],
  Donald: ["KE", "Donald Mwangi"],
  Edith: ["DE", "Edith Müllerschön"],
  Frances: ["NG", "Frances Oyelaran"],
  Grace: ["US", "Grace Kahananui"],
  Guido: ["IT", "Guido Ferrante"],
  Hedy: ["EG", "هدى الراوي"],
  Jean: ["CA", "Jean Tremblay-Côté"],
  Joan: ["ES", "Joan Puigdomènech"],
  John: ["IL", "יונתן לביא"],
  Karen: ["JP", "中村かれん"],
  Katherine: ["CZ", "Kateřina Dvořáčková"],
  Ken: ["KR", "김건우"],
  Linus: ["FI", "Linus Mäkelä"],
  Mary: ["PT", "Maria João Figueira"],
  Rózsa: ["HU", "Keleti Rózsa"],
  Sophie: ["BE", "Sophie Vandenbroucke"],
};

const userIds = Object.keys(profiles);

/** As `SetPlayerInput`s. */
export const demoPlayers = Object.entries(profiles).map(([userId, [country, displayName]]) => ({
  userId,
  displayName,
  country,
}));

/** Beside `main`, which the service makes by itself. Players may write on both, so that the demo's token can. */
export const demoBoards: readonly DemoBoard[] = [
  {
    input: {
      id: "weekly",
      title: "Weekly league",
      writers: "PLAYERS",
      schedule: { cron: "0 0 * * 1", timezone: "Europe/Berlin" },
    },
    changes: userIds.map((userId, place) => ({ userId, increment: 10 * (userIds.length - place) })),
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
    changes: userIds.map((userId, place) => ({ userId, score: 71_500 + 830 * (place - Number(place % 3 === 2)) })),
  },
];
