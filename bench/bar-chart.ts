export interface BarGroup {
  readonly title: string;
  readonly bars: readonly Bar[];
}

export interface Bar {
  readonly label: string;
  readonly value: number;
  /** Highlights the bar. */
  readonly ours: boolean;
}

/** In pixels. */
const width = 760;
const labelWidth = 260;
const barHeight = 18;
const rowHeight = 26;
const groupGap = 44;
const titleHeight = 40;
const valueWidth = 70;
const margin = 16;

/** Both colour schemes set a background: the page around the picture may use the other scheme. */
const style = `
  .paper { fill: #ffffff }
  text { font: 13px system-ui, sans-serif; fill: #24292f }
  .title { font-weight: 600 }
  .peer { fill: #9aa4b0 }
  .ours { fill: #1f7a4d }
  @media (prefers-color-scheme: dark) {
    .paper { fill: #0d1117 }
    text { fill: #e6edf3 }
    .peer { fill: #6e7681 }
    .ours { fill: #3fb97c }
  }`;

/** Renders horizontal bars in groups, each group to its own scale, as an SVG document. */
export function renderBars(title: string, groups: readonly BarGroup[]): string {
  const parts: string[] = [`<text class="title" x="0" y="16">${escapeXml(title)}</text>`];
  let y = titleHeight;
  for (const group of groups) {
    parts.push(`<text class="title" x="0" y="${y + 14}">${escapeXml(group.title)}</text>`);
    y += rowHeight;
    const largest = Math.max(...group.bars.map(({ value }) => value));
    for (const bar of group.bars) {
      parts.push(renderBar(bar, y, largest));
      y += rowHeight;
    }
    y += groupGap - rowHeight;
  }
  const [fullWidth, height] = [width + 2 * margin, y];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${-margin} ${-margin} ${fullWidth} ${height}" width="${fullWidth}" height="${height}" role="img">`,
    `<title>${escapeXml(title)}</title>`,
    `<style>${style}\n</style>`,
    `<rect class="paper" x="${-margin}" y="${-margin}" width="${fullWidth}" height="${height}" rx="6"/>`,
    ...parts,
    "</svg>\n",
  ].join("\n");
}

function renderBar({ label, value, ours }: Bar, y: number, largest: number): string {
  const length = Math.max(1, ((width - labelWidth - valueWidth) * value) / largest);
  const baseline = y + 14;
  return [
    `<text x="${labelWidth - 8}" y="${baseline}" text-anchor="end">${escapeXml(label)}</text>`,
    `<rect class="${ours ? "ours" : "peer"}" x="${labelWidth}" y="${y}" width="${length.toFixed(1)}" height="${barHeight}" rx="2"/>`,
    `<text x="${(labelWidth + length + 6).toFixed(1)}" y="${baseline}">${value.toFixed(1)}</text>`,
  ].join("");
}

function escapeXml(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}
