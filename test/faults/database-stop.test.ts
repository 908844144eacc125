import { expect, onTestFinished, test } from "vitest";
import { databaseAddresses } from "../../src/ledger/database-url.js";
import { Database } from "../../src/ledger/database.js";
import { statements } from "../../src/ledger/statements.js";
import { startStores } from "../helpers/stores.js";
import { waitFor } from "../helpers/wait-for.js";
import { TcpProxy } from "./helpers/tcp-proxy.js";

test("a database whose server answers nothing any more is stopped, and fails what waits for it", async () => {
  const stores = await startStores();
  onTestFinished(() => stores.stop());
  const proxy = await TcpProxy.to(stores.databaseUrl);
  onTestFinished(() => proxy.stop());
  const { serving } = databaseAddresses(proxy.through(stores.databaseUrl));
  const database = new Database({ address: serving, statementTimeoutMs: 600_000 });
  await database.query(statements.readSeasonsToFreeze, { count: 1 });
  proxy.forget();
  const lost = expect(database.query(statements.readSeasonsToFreeze, { count: 1 })).rejects.toThrow();
  await waitFor(() => database.connections.inUse === 1);
  const begun = performance.now();
  await database.stop();
  expect(performance.now() - begun).toBeLessThan(5_000);
  await lost;
});
