import { pino, type DestinationStream, type Logger } from "pino";
import { describeError } from "./logged-error.js";

export type { Logger };

export const logLevels = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];

/** All places in a log line that could hold a secret. */
const redactedPaths = [
  "authToken",
  "authorization",
  "headers.authorization",
  "req.headers.authorization",
  "req.headers.cookie",
  "*.authToken",
  "*.authorization",
];

/** Writes JSON lines to stdout. `destination` is for tests, which read them. */
export function createLogger(level: LogLevel, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: { pid: process.pid },
    redact: { paths: redactedPaths, censor: "[redacted]" },
    serializers: { err: describeError },
  };
  return destination ? pino(options, destination) : pino(options);
}
