import "../theme/base.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { StandingsClient } from "../client/apollo.js";
import { ErrorBoundary } from "../parts/ErrorBoundary.js";
import { Overlay } from "./Overlay.js";
import { readOverlayRoute } from "./overlay-route.js";

const root = document.getElementById("root");
if (root === null) throw new Error("overlay.html has no element #root.");
createRoot(root).render(
  <StrictMode>
    <ErrorBoundary>
      <Overlay client={new StandingsClient()} route={readOverlayRoute(window.location)} />
    </ErrorBoundary>
  </StrictMode>,
);
