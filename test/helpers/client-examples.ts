import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { projectRoot } from "../../scripts/stack.js";

/** The code blocks of docs/clients.md, found by each block's first line, a comment with the file's name. */
export interface ClientExamples {
  /** @throws when the page has no such block */
  get(firstLine: string): string;
}

export async function readClientExamples(): Promise<ClientExamples> {
  const page = await readFile(join(projectRoot, "docs", "clients.md"), "utf8");
  const blocks = page.matchAll(/^```\w+\n(?:\/\/|#|(?=<\?php \/\/)) ?([^\n]+)\n(.*?)^```$/gms);
  const codes = new Map([...blocks].map(([, name = "", code = ""]) => [name, code]));
  return {
    get: (firstLine) => {
      const code = codes.get(firstLine);
      if (code === undefined) throw new Error(`docs/clients.md has no block "// ${firstLine}"`);
      return code;
    },
  };
}

export interface ExampleProject {
  readonly folder: string;
  remove(): Promise<void>;
}

/** Creates a project below this one, so that it finds the packages that the examples import. */
export async function writeProject(name: string, files: Readonly<Record<string, string>>): Promise<ExampleProject> {
  const folder = join(projectRoot, ".data", `${name}-${process.pid}`);
  for (const [path, text] of Object.entries({ "package.json": '{ "type": "module" }\n', ...files })) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Changes an example for a service at another address than the page's: the tests change nothing else. */
export function atAddress(code: string, url: string): string {
  return code.replaceAll("localhost:4000", new URL(url).host);
}
