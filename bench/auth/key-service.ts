import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import jwt from "jsonwebtoken";
import type { CleanUp } from "../clean-up.js";

export interface KeyService {
  readonly url: string;
  /** A token of the role `service`. It outlives the run. */
  readonly token: string;
}

/** Publishes one RSA key, as an authentication service does. */
export async function startKeyService(cleanUp: CleanUp): Promise<KeyService> {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const kid = "bench";
  const keys = JSON.stringify({ keys: [{ ...publicKey.export({ format: "jwk" }), kid, alg: "RS256", use: "sig" }] });
  const server = createServer((_request, response) => response.end(keys)).listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanUp.add(() => {
    server.closeAllConnections();
    server.close();
    return Promise.resolve();
  });
  const claims = { sub: "bench", role: "service" };
  const token = jwt.sign(claims, privateKey, { algorithm: "RS256", keyid: kid, expiresIn: "1d" });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, token };
}
