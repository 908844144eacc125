import { mkdir } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { choosePort } from "../local/choose-port.js";
import { readJwtSecret } from "../local/jwt-secret.js";
import { LocalStores } from "../local/local-stores.js";
import { untilFailure, type Part } from "../local/part.js";
import type { LocalSystem } from "../local/run-locally.js";
import { host } from "../local/service-environment.js";
import { signToken } from "../../src/auth/sign-token.js";
import type { DevOptions } from "./options.js";
import { startPages, type Pages } from "./pages.js";
import { startWatchedService } from "./watched-service.js";

const usualPagePort = 5173; // Vite's
const usualPort = 4000;
const usualOpsPort = 4001;
const daySeconds = 24 * 60 * 60;
const pollMs = 100;

/** Everything that `npm run dev` runs. */
export class Dev implements LocalSystem {
  readonly #stores: LocalStores;
  #service: Part | undefined;
  #pages: Pages | undefined;

  /** @param signal ends a start that is under way */
  constructor(
    private readonly dir: string,
    private readonly options: DevOptions,
    private readonly signal: AbortSignal,
  ) {
    this.#stores = new LocalStores({ dir, signal });
  }

  async start(): Promise<void> {
    const { dir, signal } = this;
    const pagePort = await choosePort(this.options.port, usualPagePort);
    const port = await choosePort(undefined, usualPort, pagePort);
    const opsPort = await choosePort(undefined, usualOpsPort, pagePort);
    await mkdir(dir, { recursive: true });
    const urls = await this.#stores.start();
    const jwtSecret = await readJwtSecret(dir);
    console.log("Starting the service and the pages…");
    this.#service = await startWatchedService({ dir, port, opsPort, ...urls, jwtSecret, signal });
    this.#pages = await startPages(pagePort, port);
    await Promise.race([this.untilFailure(), untilReady(opsPort, signal)]);
    const token = signToken({ secret: jwtSecret, subject: "user123", role: "player", expiresInSeconds: daySeconds });
    console.log(welcome(pagePort, opsPort, token));
  }

  async untilFailure(): Promise<never> {
    const services = this.#service === undefined ? [] : [this.#service];
    return untilFailure([...this.#stores.parts, ...services], this.signal);
  }

  /** Stops the stores last, because the service drains into them. */
  async stop(): Promise<void> {
    await this.#pages?.close();
    await this.#service?.stop();
    await this.#stores.stop();
  }
}

/** Waits without a limit: a source that does not compile is fixed with a later save. */
async function untilReady(opsPort: number, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const response = await fetch(`http://${host}:${opsPort}/readyz`).catch(() => undefined);
    if (response?.ok) return;
    await delay(pollMs);
  }
}

function welcome(pagePort: number, opsPort: number, token: string): string {
  const url = `http://${host}:${pagePort}`;
  return `
Standings runs from its sources. A saved change restarts the service, or shows in the page.

  Page        ${url}/
  Playground  ${url}/playground
  Metrics     http://${host}:${opsPort}/metrics

A token for the player user123, valid for 24 hours:

${token}

The scores are kept for the next time. Ctrl-C stops everything.
`;
}
