import { shownRows } from "./standings/events.js";

const whole = new Intl.NumberFormat();

/** How many players a board has, and how many of them are shown. */
export function boardSize(players: number): string {
  if (players > shownRows) return `top ${shownRows} of ${whole.format(players)}`;
  return players === 1 ? "1 player" : `${whole.format(players)} players`;
}
