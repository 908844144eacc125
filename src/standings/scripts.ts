import { LuaScript } from "../redis/lua-script.js";

const load = (name: string) => new LuaScript(new URL(`lua/${name}.lua`, import.meta.url));

/** The scripts that run inside Redis, each in one step. KEYS, ARGV and replies stand at the top of each file. */
export const scripts = {
  increment: load("increment"),
  takeTokens: load("take-tokens"),
  readTop: load("read-top"),
  readAround: load("read-around"),
  readPage: load("read-page"),
  readEntries: load("read-entries"),
  readTotals: load("read-totals"),
  readStatus: load("read-status"),
  takeClaim: load("take-claim"),
  returnClaim: load("return-claim"),
  dropClaim: load("drop-claim"),
  readState: load("read-state"),
  lead: load("lead"),
  dropRecords: load("drop-records"),
  restoreRecords: load("restore-records"),
  swap: load("swap"),
  markWork: load("mark-work"),
  listWork: load("list-work"),
  dropWork: load("drop-work"),
  markProfile: load("mark-profile"),
  keepProfiles: load("keep-profiles"),
  endSeason: load("end-season"),
} as const;
