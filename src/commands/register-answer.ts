import { StandingsError } from "../domain/errors.js";

const readFailed = "The boards' storage does not answer. Try again shortly.";
const writeFailed = "The boards' storage does not answer. Look whether the change was made before you try it again.";

/** An answer of PostgreSQL. @throws StandingsError the catalogue's, also for an outage */
export function answerFromRegister<T>(read: () => Promise<T>): Promise<T> {
  return answer(read, readFailed);
}

/** A change of PostgreSQL. A connection may break between a commit and its answer. @throws as `answerFromRegister` */
export function changeRegister<T>(change: () => Promise<T>): Promise<T> {
  return answer(change, writeFailed);
}

async function answer<T>(work: () => Promise<T>, message: string): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof StandingsError ? error : new StandingsError("storeFailed", { message, cause: error });
  }
}
