import "graphiql/setup-workers/vite";
import "graphiql/style.css";
import "../theme/base.css";
import "./playground.css";
import { createRoot } from "react-dom/client";
import { StandingsClient } from "../client/apollo.js";
import { readDemoTokens } from "../client/demo-tokens.js";
import { createSession } from "../client/session.js";
import { ErrorBoundary } from "../parts/ErrorBoundary.js";
import { Playground } from "./Playground.js";

const root = document.getElementById("root");
if (root === null) throw new Error("playground.html has no element #root.");

createRoot(root).render(
  <ErrorBoundary>
    <Playground client={new StandingsClient()} keeper={createSession()} demoTokens={readDemoTokens(document)} />
  </ErrorBoundary>,
);
