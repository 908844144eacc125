import "graphiql/setup-workers/vite";
import "graphiql/style.css";
import "./playground.css";
import { GraphiQL } from "graphiql";
import { createRoot } from "react-dom/client";
import { exampleTabs } from "./examples.js";
import { createFetcher } from "./fetcher.js";

const root = document.getElementById("root");
if (root === null) throw new Error("playground.html has no element #root.");

createRoot(root).render(
  <GraphiQL
    fetcher={createFetcher()}
    defaultTabs={exampleTabs}
    defaultEditorToolsVisibility="headers"
    // A token is for this visit only: the browser does not store headers, and the settings don't offer to.
    shouldPersistHeaders={false}
    showPersistHeadersSettings={false}
  >
    <GraphiQL.Logo>
      <a href="/">Standings</a>
    </GraphiQL.Logo>
  </GraphiQL>,
);
