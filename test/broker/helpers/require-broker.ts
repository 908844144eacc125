import { findBroker } from "./rabbitmq.js";

/** Reports a missing program once, before anything else starts. */
export default function setup(): void {
  findBroker();
}
