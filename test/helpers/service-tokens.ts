import { Writable } from "node:stream";
import { onTestFinished } from "vitest";
import { createMetrics, type Metrics } from "../../src/app/metrics.js";
import { Authenticator } from "../../src/auth/authenticate.js";
import { PublishedKeys } from "../../src/auth/published-keys.js";
import { SecretTokens } from "../../src/auth/secret-tokens.js";
import { ServiceTokens, type ServiceTokensOptions } from "../../src/auth/service-tokens.js";
import { createLogger } from "../../src/observability/logger.js";
import { jwtSecret } from "./tokens.js";

export const epoch = Date.UTC(2030, 0, 1);

export interface ServiceAuthentication {
  readonly authenticator: Authenticator;
  readonly keys: PublishedKeys;
  readonly metrics: Metrics;
  /** Moved by hand, unless `speed` is given. */
  readonly clock: { ms: number };
  /** The lines that were logged at `info` and above. */
  readonly log: () => string[];
}

export interface ServiceAuthenticationOptions extends Partial<ServiceTokensOptions> {
  /** Whether tokens of the secret are taken, too. */
  secret?: boolean;
  /** The clock runs by itself, so many times faster than the real one. */
  speed?: number;
  refreshMs?: number;
  timeoutMs?: number;
}

/** Takes the tokens of a key service, as the API does. Asks for the keys on demand only, until `keys.start` is called. */
export function authenticateWith(
  url: string,
  { secret = false, speed, refreshMs, timeoutMs = 20_000, ...options }: ServiceAuthenticationOptions = {},
): ServiceAuthentication {
  const clock = { ms: epoch };
  const begun = performance.now();
  const now = () => (speed === undefined ? clock.ms : epoch + (performance.now() - begun) * speed);
  let text = "";
  const destination = new Writable({
    write: (line: Buffer, _encoding, written) => {
      text += line.toString();
      written();
    },
  });
  const logger = createLogger("info", destination);
  const metrics = createMetrics("test");
  const every = refreshMs === undefined ? {} : { refreshMs };
  const keys = new PublishedKeys({ url, metrics: metrics.auth, logger, now, timeoutMs, ...every });
  onTestFinished(() => keys.stop());
  const expected = { issuer: undefined, audience: undefined };
  const role = { claim: "role", defaultRole: undefined };
  const kinds = [
    new ServiceTokens(keys, { ...expected, role, ...options }, now),
    ...(secret ? [new SecretTokens({ secret: jwtSecret, ...expected }, now)] : []),
  ];
  const log = () => text.split("\n").filter((line) => line !== "");
  return { authenticator: new Authenticator(kinds, logger), keys, metrics, clock, log };
}
