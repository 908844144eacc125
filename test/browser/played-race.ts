import { entry, type PlayedEntry } from "./played-board.js";

const cast: readonly (readonly [id: string, name: string | null, country: string | null])[] = [
  ["ada", "Ada Lovelace", "GB"],
  ["guido", "Guido van Rossum", "NL"],
  ["alan", "Alan Turing", "GB"],
  ["ken", "Ken Thompson", "US"],
  ["dennis", "Dennis Ritchie", "US"],
  ["bjarne", "Bjarne Stroustrup", "DK"],
  ["hedy", "Hedy Lamarr", "AT"],
  ["maryam", "مريم الراشد", "AE"],
  ["bart", "Bartholomew Featherstonehaugh-Cholmondeley", "ZA"],
  ["tim", "Tim Berners-Lee", "CH"],
  ["grace", "Grace Hopper", "US"],
  ["linus", "Linus Torvalds", "FI"],
  ["matz", "松本行弘", "JP"],
  ["player_42", null, null],
  ["katherine", "Katherine Johnson", "US"],
  ["radia", "Radia Perlman", "CA"],
  ["anders", "Anders Hejlsberg", "DK"],
  ["joan", "Joan Clarke", "GB"],
];

/** A race that is the same each time: players near each other, who gain points in turns that look like chance. */
export class PlayedRace {
  #seed = 7;
  readonly #scores = new Map(cast.map(([id], place) => [id, Math.round(1640 - place * 47 - (place % 3) * 21)]));

  /** One player gains some points; the last ones gain most, so that the field stays together. */
  step(): void {
    const order = this.#order();
    const place = Math.floor(this.#random() ** 1.3 * order.length);
    const [id] = order[place] ?? ["ada"];
    this.#scores.set(id, (this.#scores.get(id) ?? 0) + 1 + Math.floor(this.#random() * (6 + place * 1.5)));
  }

  set(id: string, score: number): void {
    this.#scores.set(id, score);
  }

  rows(limit = 15): readonly PlayedEntry[] {
    const order = this.#order();
    return order.slice(0, limit).map(([id, score]) => {
      const rank = 1 + order.filter(([, other]) => other > score).length;
      const [, name, country] = cast.find(([other]) => other === id) ?? [];
      return entry(rank, id, score, name ?? undefined, country ?? undefined);
    });
  }

  #order(): readonly (readonly [string, number])[] {
    return [...this.#scores].sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1));
  }

  /** Park and Miller's generator. */
  #random(): number {
    this.#seed = (this.#seed * 16_807) % 2_147_483_647;
    return this.#seed / 2_147_483_647;
  }
}
