/** What the server tells the page about its configuration: the content of `<meta name="standings:…">`. */
export function pageSetting(name: string): string | null {
  const meta = document.querySelector<HTMLMetaElement>(`meta[name="standings:${name}"]`);
  return meta === null || meta.content === "" ? null : meta.content;
}
