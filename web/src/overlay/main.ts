document.getElementById("root")?.append("…");

export {};
