import type { Plugin } from "vite";

/** The pages by the beginning of their addresses. The service has the same routes (src/transports/pages/). */
const pages = [
  [/^\/b\/[^/?]+/, "/index.html"],
  [/^\/p\/[^/?]+/, "/player.html"],
  [/^\/overlay\/[^/?]+/, "/overlay.html"],
] as const;

/** Gives the pages in development the addresses that they have in the service. */
export function pageRoutes(): Plugin {
  return {
    name: "standings:page-routes",
    configureServer(server) {
      server.middlewares.use((request, _response, next) => {
        const page = pages.find(([address]) => address.test(request.url ?? ""));
        if (page && request.url !== undefined) request.url = request.url.replace(/^[^?]*/, page[1]);
        next();
      });
    },
  };
}
