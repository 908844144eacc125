import { escapeText } from "../http/message-page.js";
import type { DemoToken } from "./demo-tokens.js";

/** What a page's head says of it, as plain text. */
export interface Head {
  readonly title: string;
  readonly description?: string;
  /** The page's own address on this site, for links to it; undefined: it is not for sharing. */
  readonly path?: string;
  /** Whether search engines should leave the page out. */
  readonly unlisted?: boolean;
  /** Whether the page has rows for people without JavaScript, which grow old. */
  readonly refreshed?: boolean;
}

/** What the server's configuration means for a page. */
export interface PageSettings {
  /** Scheme, host and port, as visitors see them; undefined when they can't be told for sure. */
  readonly origin: string | undefined;
  readonly avatarOrigins: readonly string[];
  readonly demoTokens: readonly DemoToken[];
}

/** The page's ground in both themes (web/src/theme/tokens.css), for the browser's own bars. */
const themeColors = { light: "#f1f3f9", dark: "#060912" } as const;
const refreshSeconds = 10;
const shareImage = { path: "/share.png", width: 1200, height: 630, alt: "A live scoreboard: ranks, names and scores" };

/** The head's elements as HTML. Whatever they contain is escaped here. */
export function headOf(head: Head, settings: PageSettings): string {
  const { title, description, unlisted = false, refreshed = false } = head;
  const lines = [
    `<title>${escapeText(title)}</title>`,
    ...(description === undefined ? [] : [meta("description", description)]),
    ...(unlisted ? [meta("robots", "noindex")] : []),
    ...shareTags(head, settings),
    ...Object.entries(themeColors).map(
      ([scheme, color]) => `<meta name="theme-color" media="(prefers-color-scheme: ${scheme})" content="${color}" />`,
    ),
    `<link rel="manifest" href="/manifest.webmanifest" />`,
    `<link rel="apple-touch-icon" href="/apple-touch-icon.png" />`,
    ...settingTags(settings),
    ...(refreshed ? [plainHead] : []),
  ];
  return lines.join("\n    ");
}

/** In `<noscript>`, as pages that run a script need neither. */
const plainHead = `<noscript><meta http-equiv="refresh" content="${refreshSeconds}" /><link rel="stylesheet" href="/plain.css" /></noscript>`;

/** Open Graph's and Twitter's tags, which chats and networks make a preview of. */
function shareTags({ title, description, path }: Head, { origin }: PageSettings): string[] {
  if (path === undefined) return [];
  const { width, height, alt } = shareImage;
  const absolute = (address: string) => `${origin}${address}`;
  return [
    property("og:type", "website"),
    property("og:site_name", "Standings"),
    property("og:title", title),
    ...(description === undefined ? [] : [property("og:description", description)]),
    ...(origin === undefined
      ? []
      : [
          `<link rel="canonical" href="${escapeText(absolute(path))}" />`,
          property("og:url", absolute(path)),
          property("og:image", absolute(shareImage.path)),
          property("og:image:width", String(width)),
          property("og:image:height", String(height)),
          property("og:image:alt", alt),
          meta("twitter:card", "summary_large_image"),
        ]),
  ];
}

/** What the page's script reads (web/src/client/page-settings.ts). */
function settingTags({ avatarOrigins, demoTokens }: PageSettings): string[] {
  return [
    ...(avatarOrigins.length === 0 ? [] : [meta("standings:avatar-origins", avatarOrigins.join(" "))]),
    ...(demoTokens.length === 0 ? [] : [meta("standings:demo-tokens", JSON.stringify(demoTokens))]),
  ];
}

function meta(name: string, content: string): string {
  return `<meta name="${name}" content="${escapeText(content)}" />`;
}

function property(name: string, content: string): string {
  return `<meta property="${name}" content="${escapeText(content)}" />`;
}
