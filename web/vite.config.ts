import { join } from "node:path";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { precompress } from "./precompress.js";

export default defineConfig(({ command }) => {
  // A page that is built is for production, whatever the environment says: under NODE_ENV=test, as a test runner sets
  // it, React and Apollo Client would come in their development builds.
  if (command === "build") process.env["NODE_ENV"] = "production";
  return {
    root: import.meta.dirname,
    plugins: [react(), precompress()],
    // For development: the bundler of dependencies doesn't know `?worker` imports, and such a worker is then served as it
    // is, but browsers can't load the CommonJS modules among its own imports.
    optimizeDeps: {
      exclude: ["graphiql/setup-workers/vite", "@graphiql/react/setup-workers/vite"],
      include: ["graphql-language-service", "picomatch-browser"],
    },
    build: {
      outDir: "../dist/web",
      emptyOutDir: true,
      // Files, not data: URLs: the page's Content-Security-Policy allows 'self' and nothing else.
      assetsInlineLimit: 0,
      // Every browser that runs this output knows modulepreload.
      modulePreload: { polyfill: false },
      // GraphiQL's editor is one large chunk; only /playground loads it.
      chunkSizeWarningLimit: 5000,
      rolldownOptions: {
        // GraphiQL's libraries carry hints for the React compiler, which nothing here runs.
        checks: { moduleLevelDirective: false },
        input: [join(import.meta.dirname, "index.html"), join(import.meta.dirname, "playground.html")],
      },
    },
  };
});
