import { join } from "node:path";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { pageRoutes } from "./page-routes.js";
import { precompress } from "./precompress.js";

const pages = ["index.html", "player.html", "overlay.html", "playground.html"];

export default defineConfig(({ command }) => {
  // A built page is always for production. With NODE_ENV=test, which test runners set, Vite would bundle the
  // development builds of React and Apollo Client.
  if (command === "build") process.env["NODE_ENV"] = "production";
  return {
    root: import.meta.dirname,
    plugins: [react(), pageRoutes(), precompress()],
    // For development. Vite's dependency bundler can't handle `?worker` imports, so these packages are excluded from
    // it. Browsers can't load the CommonJS modules that such a worker imports, so these modules are bundled.
    optimizeDeps: {
      exclude: ["graphiql/setup-workers/vite", "@graphiql/react/setup-workers/vite"],
      include: ["graphql-language-service", "picomatch-browser"],
    },
    build: {
      outDir: "../dist/web",
      emptyOutDir: true,
      // Assets must be files, not data: URLs, because the page's Content-Security-Policy allows only 'self'.
      assetsInlineLimit: 0,
      // Every browser that can run this output supports modulepreload.
      modulePreload: { polyfill: false },
      // GraphiQL's editor is one large chunk; only /playground loads it.
      chunkSizeWarningLimit: 5000,
      rolldownOptions: {
        // GraphiQL's libraries have directives for the React compiler, which this build does not use.
        checks: { moduleLevelDirective: false },
        input: pages.map((name) => join(import.meta.dirname, name)),
      },
    },
  };
});
