import { expect } from "vitest";
import { startTestApp, type TestApp } from "./app.js";
import { startStores } from "./stores.js";

export interface Sent {
  readonly body: unknown;
  readonly headers: Record<string, string>;
}

/** Headers that describe the answer; the other headers describe the connection. */
const headersThatMatter = ["content-type", "cache-control", "content-length", "vary", "access-control-allow-origin"];

/** The same service twice: with prepared operations and without. */
export class TwoWays {
  private constructor(
    readonly prepared: TestApp,
    readonly ordinary: TestApp,
    readonly stop: () => Promise<void>,
  ) {}

  /** Each has its own stores, so that both see the same history of changes. */
  static async start(env: Record<string, string>): Promise<TwoWays> {
    const stores = await Promise.all([startStores(), startStores()]);
    const prepared = await startTestApp({ stores: stores[0], env });
    const ordinary = await startTestApp({ stores: stores[1], env: { ...env, PREPARED_OPERATIONS: "off" } });
    return new TwoWays(prepared, ordinary, async () => {
      await Promise.all([prepared.stop(), ordinary.stop()]);
      await Promise.all(stores.map((each) => each.stop()));
    });
  }

  /**
   * Sends the request often enough that the operation is prepared, and once more. Both sides must give the same
   * answers.
   */
  async expectTheSame(sent: Sent, times = 5): Promise<void> {
    for (let count = 0; count < times; count += 1) {
      const expected = await this.ask(this.ordinary, sent);
      expect(await this.ask(this.prepared, sent), JSON.stringify(sent)).toEqual(expected);
    }
  }

  async ask(app: TestApp, { body, headers }: Sent) {
    const response = await fetch(`${app.url}/graphql`, {
      method: "POST",
      body: JSON.stringify(body),
      headers: { "content-type": "application/json", ...headers },
    });
    return {
      status: response.status,
      headers: headersThatMatter.map((name) => `${name}: ${response.headers.get(name) ?? ""}`),
      body: await response.text(),
    };
  }

  bearer(subject: string, role: "player" | "service" = "service"): Record<string, string> {
    return { authorization: `Bearer ${this.prepared.token(subject, role)}` };
  }
}
