import type { Unit } from "../live/board-view.js";

const most = Number.MAX_SAFE_INTEGER;

/**
 * The score in a text that somebody typed: a whole number, or a time as the page writes it (1:23.456, 83.4, 2:01:09).
 *
 * @throws Error with a sentence for people
 */
export function parseScore(text: string, unit: Unit): number {
  const score = unit === "MILLISECONDS" ? parseTime(text.trim()) : parseWhole(text.trim());
  if (!Number.isSafeInteger(score)) throw new Error(`A score lies between −${most} and ${most}.`);
  return score;
}

function parseWhole(text: string): number {
  const digits = text.replace(/^−/, "-").replace(/(?<=\d)[ ,'’\u202f\u00a0](?=\d{3})/g, "");
  if (!/^[-+]?\d+$/.test(digits)) throw new Error("Write a whole number, such as 1200.");
  return Number(digits);
}

function parseTime(text: string): number {
  const parts = /^(?:(?:(\d+):)?(\d{1,2}):)?(\d+)(?:[.,](\d{1,3}))?$/.exec(text);
  const [, hours, minutes, seconds, fraction = ""] = parts ?? [];
  const isBeyond = (part: string | undefined) => part !== undefined && Number(part) > 59;
  if (parts === null || (hours !== undefined && isBeyond(minutes)) || (minutes !== undefined && isBeyond(seconds)))
    throw new Error("Write a time in minutes and seconds, such as 1:09.042.");
  const whole = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60 + Number(seconds);
  return whole * 1_000 + Number(fraction.padEnd(3, "0"));
}
