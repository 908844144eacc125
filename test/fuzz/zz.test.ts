import { WebSocket } from "ws";
import { test } from "vitest";
import { useFuzzedApp } from "./helpers/target.js";
const app = useFuzzedApp({ keepsScores: true });
test("x", async () => {
  for (const opening of ['{"type":"subscribe","id":"1","payload":{"query":"{ __typename }"}}', '"type":"complete","id":"1","payload":0}', '{"type":"connection_init","payload":null}', '{"type":"connection_init","payload":5}','{"type":"connection_init","payload":[]}','{"type":"connection_init","payload":"x"}', '{"type":"connection_init","payload":{"authorization":5}}', "", "null", "5", "[]", "{}"]) {
    const r = await new Promise((resolve) => {
      const s = new WebSocket(app.wsUrl, "graphql-transport-ws"); let got = "";
      s.on("open", () => { s.send(opening); s.send(opening); s.ping(); });
      s.on("message", (d: Buffer) => (got += d.toString()));
      s.on("pong", () => setTimeout(() => { s.terminate(); resolve(got); }, 300));
      s.on("close", (code, reason) => resolve(`${code} ${reason}`));
      s.on("error", (e) => resolve(e));
    });
    console.log(opening, "->", r);
  }
}, 60000);
