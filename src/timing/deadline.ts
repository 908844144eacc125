/**
 * The result of `work`; or, after `ms`, the result of `late`, which may throw. Late work goes on, but its result and
 * its failure are ignored.
 */
export async function within<T, L>(ms: number, work: Promise<T>, late: () => L): Promise<T | L> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<"late">((resolve) => {
    timer = setTimeout(() => resolve("late"), ms);
  });
  const done = work.then((value) => ({ value }));
  try {
    const first = await Promise.race([done, timeout]);
    return first === "late" ? late() : first.value;
  } finally {
    clearTimeout(timer);
  }
}
