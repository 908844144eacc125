import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { StandingsClient } from "../client/apollo.js";
import { Scoreboard } from "./Scoreboard.js";
import "./scoreboard.css";

const board = new URLSearchParams(window.location.search).get("board") || "main";
if (board !== "main") document.title = `${board} – Standings`;

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no element #root.");
createRoot(root).render(
  <StrictMode>
    <Scoreboard client={new StandingsClient()} board={board} />
  </StrictMode>,
);
