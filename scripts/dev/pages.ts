import { join } from "node:path";
import { createServer } from "vite";
import { host } from "../local/service-environment.js";
import { projectRoot } from "../stack.js";

export interface Pages {
  close(): Promise<void>;
}

/**
 * Serves the pages from `web/` with hot reload, and forwards all other requests to the service, WebSockets included.
 */
export async function startPages(port: number, servicePort: number): Promise<Pages> {
  process.env.NODE_ENV = "development"; // NODE_ENV=production would switch hot reload off
  const target = `http://${host}:${servicePort}`;
  const server = await createServer({
    configFile: join(projectRoot, "web", "vite.config.ts"),
    clearScreen: false,
    server: {
      host,
      port,
      strictPort: true,
      proxy: { "/graphql": { target, ws: true }, "/api": { target } },
    },
  });
  await server.listen();
  return server;
}
