import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { findProgram } from "../../helpers/find-program.js";

/** The paths of a self-signed certificate and of its key. */
export interface CertificateFiles {
  certificate: string;
  key: string;
}

/** @param dir the folder for the files */
export async function makeCertificate(dir: string, host: string): Promise<CertificateFiles> {
  const files = { certificate: join(dir, `${host}.pem`), key: join(dir, `${host}.key`) };
  const openssl = findProgram({ name: "openssl", folder: "/usr/bin", debianPackage: "openssl" });
  const kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  const names = ["-subj", `/CN=${host}`, "-addext", `subjectAltName=DNS:${host}`];
  await promisify(execFile)(openssl, ["req", ...kind, ...names, "-out", files.certificate, "-keyout", files.key]);
  return files;
}
