/** Another worker leads: whatever this one was doing, it must not go on. */
export class LeadershipLost extends Error {
  constructor(board: string) {
    super(`another worker writes ${board} now`);
    this.name = "LeadershipLost";
  }
}
