import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { StandingsClient } from "../client/apollo.js";
import { isFramed } from "../client/framed.js";
import { ErrorBoundary } from "../parts/ErrorBoundary.js";
import { readRoute } from "./route.js";
import { Views } from "./Views.js";
import "./framed.css";
import "../theme/base.css";

document.documentElement.toggleAttribute("data-framed", isFramed());

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no element #root.");
createRoot(root).render(
  <StrictMode>
    <ErrorBoundary>
      <Views client={new StandingsClient()} route={readRoute(window.location)} />
    </ErrorBoundary>
  </StrictMode>,
);
