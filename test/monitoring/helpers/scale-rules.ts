const unitMs = { s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** On a busy machine a lag of a second is no fault. */
const lagFactor = 0.1;

/**
 * Rules in which all times are shorter: `for`, the ranges of `rate` and its kin, and thresholds of a lag in seconds. So
 * that a test sees in seconds what Prometheus does in minutes.
 */
export function scaleRules(rules: string, factor: number): string {
  const shorten = (amount: string, unit: keyof typeof unitMs) =>
    `${Math.ceil(Number(amount) * unitMs[unit] * factor)}ms`;
  return rules
    .replaceAll(/(for: |\[)(\d+)([smh])\b/g, (_all, before: string, amount: string, unit: keyof typeof unitMs) => {
      return before + shorten(amount, unit);
    })
    .replaceAll(/(_lag_seconds\) > )(\d+)/g, (_all, before: string, seconds: string) => {
      return before + String(Number(seconds) * lagFactor);
    });
}
