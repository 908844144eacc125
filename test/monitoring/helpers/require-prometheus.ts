import { findPrometheus } from "./prometheus.js";

/** Reports a missing program once, before anything else starts. */
export default function setup(): void {
  findPrometheus();
}
