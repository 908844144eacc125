import { setTimeout as delay } from "node:timers/promises";
import type { CDPSession, Page } from "playwright-core";
import { quantile } from "../report-parts.js";

/** How smoothly a page ran for some seconds. */
export interface Frames {
  readonly perSecond: number;
  /** Milliseconds from one frame to the next: the slowest of a hundred. */
  readonly slowest: number;
  /** Tasks of more than 50 ms, during which a page answers nobody (https://www.w3.org/TR/longtasks-1/). */
  readonly longTasks: number;
  /** The part of the time in which the page's main thread was busy. */
  readonly busy: number;
}

const record = `(() => {
  globalThis.recorded = { frames: [], longTasks: 0 };
  const tick = (time) => {
    globalThis.recorded.frames.push(time);
    requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
  new PerformanceObserver((list) => {
    globalThis.recorded.longTasks += list.getEntries().length;
  }).observe({ type: "longtask" });
})()`;
const takeRecord = `(() => {
  const { frames, longTasks } = globalThis.recorded;
  globalThis.recorded = { frames: [], longTasks: 0 };
  return { frames, longTasks };
})()`;

/** Counts the frames of a page that is open already. */
export async function measureFrames(page: Page, seconds: number): Promise<Frames> {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  await page.evaluate(record);
  await delay(1_000);
  await page.evaluate(takeRecord);
  const before = await readMetrics(session);
  const begun = performance.now();
  await delay(seconds * 1_000);
  const { frames, longTasks } = await page.evaluate<{ frames: number[]; longTasks: number }>(takeRecord);
  const passed = (performance.now() - begun) / 1_000;
  const after = await readMetrics(session);
  await session.detach();
  return {
    perSecond: frames.length / passed,
    slowest: quantile(
      frames.slice(1).map((time, at) => time - (frames[at] ?? time)),
      0.99,
    ),
    longTasks,
    busy: ((after["TaskDuration"] ?? 0) - (before["TaskDuration"] ?? 0)) / passed,
  };
}

/** What a page holds once its garbage is gone. */
export interface Held {
  readonly heapBytes: number;
  readonly nodes: number;
  readonly listeners: number;
}

export async function readHeld(page: Page): Promise<Held> {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  await session.send("HeapProfiler.collectGarbage");
  const metrics = await readMetrics(session);
  await session.detach();
  return {
    heapBytes: metrics["JSHeapUsedSize"] ?? NaN,
    nodes: metrics["Nodes"] ?? NaN,
    listeners: metrics["JSEventListeners"] ?? NaN,
  };
}

async function readMetrics(session: CDPSession): Promise<Readonly<Record<string, number>>> {
  const { metrics } = await session.send("Performance.getMetrics");
  return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
}
