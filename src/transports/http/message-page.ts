import { createHash } from "node:crypto";

/**
 * A page for people who open an address for programs, or an unknown one.
 *
 * @param status of the answer, shown large; undefined: the page is what was asked for
 */
export function messagePage(title: string, message: string, status?: number): string {
  const content = `${status === undefined ? podium : `<p class="status">${status}</p>`}
<h1>${escapeText(title)}</h1>
<p>${escapeText(message)}</p>
<p><a class="onward" href="/">To the scoreboard</a></p>`;
  return htmlPage(title, messageStyle, content);
}

/** The service's sign. */
const podium = `<svg viewBox="0 0 32 32" width="72" height="72" aria-hidden="true"><path fill="currentColor" d="M5.5 16h6.5v10H5.5zM12.8 7h6.400v19h-6.400zM20 20h6.5v6H20z"/></svg>`;

/** @param content as HTML; `pageHeaders` of the same style must go with it */
export function htmlPage(title: string, style: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeText(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
${content}
</main>
</body>
</html>
`;
}

/** The scoreboard's colours (web/src/theme/tokens.css). */
export const baseStyle = `
:root { color-scheme: light dark; --text: #111622; --quiet: #525867; --page: #f1f3f9; --glow: #d1defd; --accent: #2858cd; }
@media (prefers-color-scheme: dark) {
  :root { --text: #f5f7fb; --quiet: #a4abbb; --page: #060912; --glow: #17234b; --accent: #7eb3ff; }
}
body { margin: 0; background: var(--page); color: var(--text); font: 1rem/1.4 system-ui, sans-serif; }
main { max-width: 44rem; margin: 0 auto; padding: clamp(1rem, 5vw, 3rem) clamp(0.5rem, 3vw, 1.5rem); }
h1 { margin: 0; font-size: 1.6rem; line-height: 1.2; }
p { color: var(--quiet); }
a { color: var(--accent); }
`;

const messageStyle = `${baseStyle}
body { min-height: 100vh; display: grid; place-items: center; text-align: center;
  background: radial-gradient(120% 70% at 50% -10%, var(--glow), transparent 65%), var(--page); }
main { padding: 1.5rem; }
svg { color: var(--accent); }
.status { margin: 0 0 0.05em; color: var(--text); font-size: clamp(6rem, 28vw, 15rem); font-weight: 850; line-height: 0.9;
  letter-spacing: -0.05em; font-variant-numeric: tabular-nums; }
h1 { font-size: clamp(1.5rem, 5vw, 2.25rem); letter-spacing: -0.02em; }
p { margin: 0.75rem auto 0; max-width: 32rem; }
.onward { display: inline-block; margin-top: 1rem; padding: 0.7rem 1.4rem; border-radius: 99rem; background: var(--accent);
  color: var(--page); font-weight: 650; text-decoration: none; }
.onward:hover { text-decoration: underline; }
`;

/** Allows nothing to load or run, and no style but the page's own. */
export function pageHeaders(style: string) {
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join(";");
  return {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": policy,
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
  } as const;
}

export const messagePageHeaders = pageHeaders(messageStyle);

export function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
