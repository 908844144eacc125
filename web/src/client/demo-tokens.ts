/** A token that the demo offers to visitors of its own machine. */
export interface DemoToken {
  /** Who it is, for a button: "Ada (player)". */
  readonly label: string;
  readonly token: string;
}

const most = 20;

/**
 * The tokens that the server wrote into the page: `<meta name="standings:demo-tokens" content='[{"label","token"}]'>`.
 * Empty everywhere but in the demo.
 */
export function readDemoTokens(page: Pick<Document, "querySelector">): readonly DemoToken[] {
  const content = page.querySelector('meta[name="standings:demo-tokens"]')?.getAttribute("content");
  if (!content) return [];
  try {
    const listed: unknown = JSON.parse(content);
    return Array.isArray(listed) ? listed.filter(isDemoToken).slice(0, most) : [];
  } catch {
    return [];
  }
}

function isDemoToken(value: unknown): value is DemoToken {
  if (typeof value !== "object" || value === null || !("label" in value) || !("token" in value)) return false;
  return typeof value.label === "string" && typeof value.token === "string";
}
