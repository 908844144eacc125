import { createRequire } from "node:module";
import { pino, type DestinationStream, type Logger, type LoggerOptions } from "pino";
import type { PrettyOptions, PrettyStream } from "pino-pretty";
import { describeError } from "./logged-error.js";
import { createRedactor } from "./redaction.js";

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

/**
 * Writes JSON lines to stdout, and lines for people when stdout is a terminal.
 *
 * @param destination for tests, which read the lines
 * @param redact removes secrets from each finished line
 */
export function createLogger(
  level: LogLevel,
  destination?: DestinationStream,
  redact: (text: string) => string = createRedactor([]),
): Logger {
  const options: LoggerOptions = {
    level,
    base: { pid: process.pid },
    redact: { paths: redactedPaths, censor: "[redacted]" },
    serializers: { err: describeError },
    hooks: { streamWrite: redact },
  };
  const stream = destination ?? (process.stdout.isTTY ? terminal() : undefined);
  return stream ? pino(options, stream) : pino(options);
}

/** Loaded for a terminal only. Writes at once, so that no line is lost when the process ends. */
function terminal(): DestinationStream {
  const pretty = createRequire(import.meta.url)("pino-pretty") as (options: PrettyOptions) => PrettyStream;
  return pretty({ sync: true, translateTime: "SYS:HH:MM:ss.l", ignore: "pid,hostname", singleLine: true });
}
