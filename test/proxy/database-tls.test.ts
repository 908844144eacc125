import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PrismaPg } from "@prisma/adapter-pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { projectRoot, startPostgres, type PostgresHandle } from "../../scripts/stack.js";
import { chooseServiceAccount, giveTo } from "../../scripts/stack/service-account.js";
import { findPostgresBinaries } from "../../scripts/stack/postgres-binaries.js";
import { makeCertificate, type CertificateFiles } from "./helpers/certificate.js";

/*
 * Tries the table "TLS to PostgreSQL" of docs/operations.md on a PostgreSQL whose certificate for `localhost` no
 * authority has signed.
 */

interface Row {
  parameters: string;
  encrypted: boolean;
  certificateChecked: boolean;
  hostChecked: boolean;
}

const page = await readFile(join(projectRoot, "docs", "operations.md"), "utf8");
const section = /^### TLS to PostgreSQL$.*?^## /ms.exec(page)?.[0] ?? "";
const rows = [...section.matchAll(/^\| (.*?) +\| (yes|no) +\| (yes|no) +\| (yes|no) +\|$/gm)].map(
  ([, parameters = "", ...answers]): Row => {
    const [encrypted = false, certificateChecked = false, hostChecked = false] = answers.map((word) => word === "yes");
    return { parameters: /^`(.*)`$/.exec(parameters)?.[1] ?? "", encrypted, certificateChecked, hostChecked };
  },
);

let dir: string;
let own: CertificateFiles;
let foreign: CertificateFiles;
let postgres: PostgresHandle;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "standings-tls-"));
  await chmod(dir, 0o755); // PostgreSQL runs under another account than root
  own = await makeCertificate(dir, "localhost");
  foreign = await makeCertificate(dir, "elsewhere.example.com");
  const account = await chooseServiceAccount(dir, (await findPostgresBinaries()).postgres);
  await giveTo(account, own.key);
  const settings = { ssl: "on", ssl_cert_file: own.certificate, ssl_key_file: own.key };
  postgres = await startPostgres({ dir: join(dir, "postgres"), fsync: false, settings });
});
afterAll(async () => {
  await postgres.stop();
  await rm(dir, { recursive: true, force: true });
});

/** Whether a connection, made as Prisma makes it, is encrypted; or the reason why there is none. */
async function connect(host: "localhost" | "127.0.0.1", parameters: string): Promise<boolean | string> {
  const url = new URL(postgres.url);
  url.hostname = host;
  url.search = parameters;
  const adapter = await new PrismaPg({ connectionString: url.href }).connect();
  try {
    const sql = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    return (await adapter.queryRaw({ sql, args: [], argTypes: [] })).rows[0]?.[0] === true;
  } catch (error) {
    return JSON.stringify(error);
  } finally {
    await adapter.dispose();
  }
}

const unknownAuthority = /self-signed certificate/;
const otherName = /does not match certificate's altnames/;

test("the table has the modes that users try", () => {
  const modes = rows.map(({ parameters }) => parameters);
  for (const mode of ["", ...["prefer", "require", "verify-ca", "verify-full", "no-verify"].map((m) => `sslmode=${m}`)])
    expect(modes).toContain(mode);
});

test.each(rows)("“$parameters” means what the table says", async ({ parameters, ...expected }) => {
  const withAuthority = ({ certificate }: CertificateFiles) =>
    parameters.includes("sslrootcert=")
      ? parameters.replace("/ca.pem", certificate)
      : `${parameters}&sslrootcert=${certificate}`;
  if (!expected.encrypted || !expected.certificateChecked) {
    expect(expected.hostChecked || expected.certificateChecked).toBe(false);
    expect(await connect("127.0.0.1", parameters)).toBe(expected.encrypted);
    return;
  }
  expect(await connect("localhost", withAuthority(own))).toBe(true);
  expect(await connect("localhost", withAuthority(foreign))).toMatch(unknownAuthority);
  if (!parameters.includes("sslrootcert=")) expect(await connect("localhost", parameters)).toMatch(unknownAuthority);
  const byAddress = await connect("127.0.0.1", withAuthority(own));
  if (expected.hostChecked) expect(byAddress).toMatch(otherName);
  else expect(byAddress).toBe(true);
});
