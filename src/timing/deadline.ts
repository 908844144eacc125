/**
 * What `work` comes to, or after `ms` what `late` gives or throws. Late work goes on, and nobody hears of its end, not of
 * its failure either.
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
