import { hueOf } from "../format/hue.js";
import { initialsOf } from "../format/name.js";
import type { Order } from "../live/board-view.js";
import type { ShareWords } from "./share-words.js";

export interface ShareContent extends ShareWords {
  readonly userId: string;
  readonly country: string | null | undefined;
  /** The newest scores, oldest first. */
  readonly scores: readonly number[];
  readonly order: Order;
}

/** The size that social networks show whole. */
const [width, height] = [1200, 630];
const margin = 64;
const family = '"Archivo Variable", system-ui, sans-serif';

/** A picture of a player's place, as PNG. Drawn from text and shapes alone: it loads nothing. */
export async function drawSharePicture(content: ShareContent): Promise<Blob> {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("This browser can't draw.");
  // Without the typeface the system's own serves.
  await document.fonts.load(`800 48px ${family}`).catch(() => undefined);
  const hue = hueOf(content.userId);
  drawGround(context, hue);
  drawLine(context, content, hue);
  drawRank(context, content, hue);
  drawWho(context, content, hue);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("The browser made no picture."))), "image/png");
  });
}

const tone = (lightness: number, chroma: number, hue: number, alpha = 1) =>
  `oklch(${lightness}% ${chroma} ${hue} / ${alpha})`;
const rankWidth = 400;
const slant = 90;

function drawGround(context: CanvasRenderingContext2D, hue: number): void {
  context.fillStyle = tone(14, 0.021, 268);
  context.fillRect(0, 0, width, height);
  const glow = context.createRadialGradient(width * 0.7, -100, 0, width * 0.7, -100, 900);
  glow.addColorStop(0, tone(36, 0.1, hue, 0.8));
  glow.addColorStop(1, tone(14, 0.021, 268, 0));
  context.fillStyle = glow;
  context.fillRect(0, 0, width, height);
}

function drawRank(context: CanvasRenderingContext2D, { rank, of }: ShareContent, hue: number): void {
  const block = context.createLinearGradient(0, 0, rankWidth, height);
  block.addColorStop(0, tone(70, 0.15, hue));
  block.addColorStop(1, tone(48, 0.15, hue + 24));
  context.fillStyle = block;
  context.beginPath();
  context.moveTo(0, 0);
  context.lineTo(rankWidth + slant, 0);
  context.lineTo(rankWidth - slant / 2, height);
  context.lineTo(0, height);
  context.fill();
  context.fillStyle = tone(14, 0.04, hue);
  context.textAlign = "left";
  write(context, "RANK", margin, 118, 800, 34, 300);
  write(context, rank, margin - 8, 400, 850, 280, 310);
  write(context, of, margin, 480, 700, 34, 280);
}

function drawWho(context: CanvasRenderingContext2D, content: ShareContent, hue: number): void {
  const left = rankWidth + slant + 30;
  const room = width - left - margin;
  context.beginPath();
  context.fillStyle = tone(74, 0.13, hue);
  context.arc(left + 44, 128, 44, 0, 2 * Math.PI);
  context.fill();
  context.fillStyle = tone(14, 0.04, hue);
  context.textAlign = "center";
  write(context, initialsOf(content.name), left + 44, 141, 800, 36, 80);
  context.textAlign = "left";
  context.fillStyle = tone(74, 0.024, 268);
  write(context, content.title, left + 112, 140, 650, 34, room - 112);
  context.fillStyle = "white";
  write(context, content.name, left, 250, 800, 76, room);
  context.fillStyle = "white";
  write(context, content.score, left, 392, 850, 124, room);
  context.fillStyle = tone(82, 0.185, 153);
  write(context, content.line, left, 462, 700, 38, room);
  context.fillStyle = tone(74, 0.024, 268);
  write(context, `${location.host} · ${content.moment}`, left, height - 48, 550, 26, room);
}

/** The way of the score, quietly along the bottom. */
function drawLine(context: CanvasRenderingContext2D, { scores, order }: ShareContent, hue: number): void {
  if (scores.length < 2) return;
  const [low, high] = [Math.min(...scores), Math.max(...scores)];
  const part = (score: number) => (high === low ? 0.5 : (score - low) / (high - low));
  const up = (score: number) => (order === "LOWEST_FIRST" ? 1 - part(score) : part(score));
  const [left, top, bottom] = [rankWidth - slant, 300, height];
  context.beginPath();
  scores.forEach((score, place) => {
    const x = left + (place / (scores.length - 1)) * (width - left);
    const y = bottom - 40 - up(score) * (bottom - top - 40);
    if (place === 0) context.moveTo(x, y);
    else context.lineTo(x, y);
  });
  context.lineTo(width, bottom);
  context.lineTo(left, bottom);
  context.fillStyle = tone(60, 0.14, hue, 0.22);
  context.fill();
}

/** One line of text, made smaller where it would not fit, and cut where it would become too small to read. */
function write(
  context: CanvasRenderingContext2D,
  text: string,
  x: number,
  y: number,
  weight: number,
  size: number,
  room: number,
): void {
  const smallest = Math.max(20, size * 0.35);
  context.font = `${weight} ${size}px ${family}`;
  const fitting = Math.max(smallest, Math.min(size, (size * room) / Math.max(1, context.measureText(text).width)));
  context.font = `${weight} ${fitting}px ${family}`;
  context.fillText(cut(context, text, room), x, y);
}

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

function cut(context: CanvasRenderingContext2D, text: string, room: number): string {
  if (context.measureText(text).width <= room) return text;
  const characters = Array.from(graphemes.segment(text), ({ segment }) => segment);
  while (characters.length > 1 && context.measureText(`${characters.join("")}…`).width > room)
    characters.length -= Math.ceil(characters.length / 50);
  return `${characters.join("")}…`;
}
