/** The number of the season that runs. No season ends yet, so every board is in its first. */
export const runningSeason = 1;
