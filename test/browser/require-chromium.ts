import { findChromium } from "./chromium.js";

/** Says what is missing once, before anything else is started. */
export default function setup(): void {
  findChromium();
}
