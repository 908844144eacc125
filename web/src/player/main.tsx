import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { StandingsClient } from "../client/apollo.js";
import { readDemoTokens } from "../client/demo-tokens.js";
import { createSession } from "../client/session.js";
import "../theme/base.css";
import { ErrorBoundary } from "../parts/ErrorBoundary.js";
import { readAddress } from "./address.js";
import { NoPlayer } from "./NoPlayer.js";
import { PlayerPage } from "./PlayerPage.js";
import "./player.css";

const address = readAddress(window.location);
const root = document.getElementById("root");
if (root === null) throw new Error("player.html has no element #root.");
createRoot(root).render(
  <StrictMode>
    <ErrorBoundary>
      {address === null ? (
        <NoPlayer />
      ) : (
        <PlayerPage
          client={new StandingsClient()}
          keeper={createSession()}
          demoTokens={readDemoTokens(document)}
          {...address}
        />
      )}
    </ErrorBoundary>
  </StrictMode>,
);
