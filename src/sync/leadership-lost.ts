/** Another worker leads, so this one must stop its work. */
export class LeadershipLost extends Error {
  constructor(board: string) {
    super(`another worker writes ${board} now`);
    this.name = "LeadershipLost";
  }
}
