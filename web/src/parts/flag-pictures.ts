const pictures = import.meta.glob<string>("../../../node_modules/country-flag-icons/3x2/*.svg", {
  query: "?url",
  import: "default",
  eager: true,
});

const byCountry = new Map(Object.entries(pictures).map(([path, url]) => [/(\w+)\.svg$/.exec(path)?.[1], url]));

/** The address of a country's flag (ISO 3166-1 alpha-2), or null when there is none. */
export function flagPicture(country: string): string | null {
  return byCountry.get(country) ?? null;
}
