const names = new Intl.DisplayNames(undefined, { type: "region", fallback: "code" });

/** A country's name in the reader's language; its two letters where the browser does not know it. */
export function countryName(code: string): string {
  try {
    return names.of(code) ?? code;
  } catch {
    // Not the form of a region's code.
    return code;
  }
}
