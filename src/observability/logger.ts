import { pino, type DestinationStream, type Logger } from "pino";
import { describeError } from "./logged-error.js";

export type { Logger };

export const logLevels = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];

/** Wherever a secret could stand in what is logged. */
const redactedPaths = [
  "authToken",
  "authorization",
  "headers.authorization",
  "req.headers.authorization",
  "req.headers.cookie",
  "*.authToken",
  "*.authorization",
];

/** JSON lines on stdout. `destination` is for tests that read them. */
export function createLogger(level: LogLevel, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: { pid: process.pid },
    redact: { paths: redactedPaths, censor: "[redacted]" },
    serializers: { err: describeError },
  };
  return destination ? pino(options, destination) : pino(options);
}
