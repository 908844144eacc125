import { createHash } from "node:crypto";

/** A page for people who open an address for programs, or an unknown one. */
export function messagePage(title: string, message: string): string {
  const content = `<h1>${escapeText(title)}</h1>
<p>${escapeText(message)}</p>
<p><a href="/">To the scoreboard</a></p>`;
  return htmlPage(title, baseStyle, content);
}

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

/** The scoreboard's colours. */
export const baseStyle = `
:root { color-scheme: light dark; --text: #1b1f24; --quiet: #57606a; --page: #f3f5f8; --accent: #1f5fbf; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e7ebf0; --quiet: #9aa4b1; --page: #0e1115; --accent: #7fb2ff; }
}
body { margin: 0; background: var(--page); color: var(--text); font: 1rem/1.4 system-ui, sans-serif; }
main { max-width: 44rem; margin: 0 auto; padding: clamp(1rem, 5vw, 3rem) clamp(0.5rem, 3vw, 1.5rem); }
h1 { margin: 0; font-size: 1.6rem; line-height: 1.2; }
p { color: var(--quiet); }
a { color: var(--accent); }
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

export const messagePageHeaders = pageHeaders(baseStyle);

export function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
