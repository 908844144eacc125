const plurals = new Intl.PluralRules("en", { type: "ordinal" });
const endings: Partial<Record<Intl.LDMLPluralRule, string>> = { one: "st", two: "nd", few: "rd" };

/** A place in English: 1st, 2nd, 3rd, 11th. */
export function ordinal(place: number): string {
  return `${place}${endings[plurals.select(place)] ?? "th"}`;
}
