import { UsageError, type Command } from "./command.js";

/** Boards from the shell, with the rules and the audit log of the mutations. */
export const board: Command = {
  usage: `usage: cli.js board create ID [--title <text>] [--operator ADD|BEST|LATEST] [--order HIGHEST_FIRST|LOWEST_FIRST]
                           [--ties SHARED|FIRST_TO_REACH] [--writers SERVICES|PLAYERS] [--unit POINTS|MILLISECONDS]
                           [--cron <line> [--timezone <name>]]
       cli.js board list
       cli.js board update ID [--title <text>] [--writers …] [--unit …] [--cron <line> [--timezone <name>] | --no-cron]
       cli.js board end-season ID [--reason <text>]
       cli.js board archive ID [--reason <text>]

Works on the boards in PostgreSQL, of which a worker tells all processes within 2 s. The first value of each choice is what
\`create\` takes by default; operator, order and ties never change. \`list\` prints a line a board, with tabs between ID,
title, operator, order, ties, writers, unit, schedule and state. \`end-season\` ends the season that runs and begins the
next. \`archive\` closes a board to changes for good.

  ID          1 to 64 of a-z, 0-9, - and _
  --title     1 to 100 characters; by default the ID
  --cron      when seasons end by themselves, such as "0 0 * * 1": five fields, or six with seconds first
  --timezone  in whose local time, such as Europe/Berlin; by default UTC
  --no-cron   takes the schedule away
  --reason    for the audit log, 1 to 500 characters; by default "from the shell"
`,
  failureCode: 1,
  async run(line) {
    const [action = "", ...args] = line.args;
    const { boardActions } = await import("./board-actions.js");
    const act = Object.hasOwn(boardActions, action) ? boardActions[action] : undefined;
    if (!act) {
      throw new UsageError("there is no such action on boards; there are create, list, update, end-season and archive");
    }
    return act({ ...line, args });
  },
};
