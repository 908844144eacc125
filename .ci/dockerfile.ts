import { execFile } from "node:child_process";
import { cp, mkdir, readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

/** One stage of a Dockerfile: `FROM … AS name`, and the instructions after it. */
interface Stage {
  readonly name: string;
  readonly instructions: readonly { readonly keyword: string; readonly rest: string }[];
}

export interface ImageOptions {
  /** The checkout with the Dockerfile. */
  readonly context: string;
  /** The folder for the stages' working folders. */
  readonly folder: string;
  /** The environment of the RUN instructions. */
  readonly env: NodeJS.ProcessEnv;
}

/** The last stage. */
export interface Image {
  /** Its working folder. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly command: readonly string[];
  readonly healthcheck: readonly string[];
}

const run = promisify(execFile);

/**
 * Builds what the Dockerfile says about the project, without an engine: COPY, and RUN of npm. It does not repeat a
 * plain `npm ci`; the context's own node_modules are the same.
 */
export async function buildImage(options: ImageOptions): Promise<Image> {
  const { context, folder } = options;
  const stages = parseDockerfile(await readFile(join(context, "Dockerfile"), "utf8"));
  const allowed = await readAllowlist(join(context, ".dockerignore"));
  for (const stage of stages) {
    const work = join(folder, stage.name);
    await mkdir(work);
    for (const { keyword, rest } of stage.instructions) {
      if (keyword === "COPY") await copy(rest, work, options, allowed);
      if (keyword === "RUN" && rest === "npm ci")
        await symlink(join(context, "node_modules"), join(work, "node_modules"));
      else if (keyword === "RUN" && rest.startsWith("npm "))
        await run("sh", ["-c", rest], { cwd: work, env: options.env });
    }
  }
  const last = stages.at(-1);
  if (last === undefined) throw new Error("the Dockerfile has no stage");
  const only = (wanted: string) => last.instructions.find(({ keyword }) => keyword === wanted)?.rest ?? "";
  const healthcheck = only("HEALTHCHECK");
  return {
    folder: join(folder, last.name),
    env: Object.fromEntries(
      only("ENV")
        .split(" ")
        .map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]),
    ),
    command: JSON.parse(only("CMD")) as string[],
    healthcheck: JSON.parse(healthcheck.slice(healthcheck.indexOf("["))) as string[],
  };
}

function parseDockerfile(text: string): Stage[] {
  const lines = text
    .replace(/^#.*\n/gm, "")
    .replace(/\\\n\s*/g, "")
    .split("\n");
  return lines
    .join("\n")
    .split(/^FROM .* AS /m)
    .slice(1)
    .map((stage) => {
      const [name = "", ...instructions] = stage.split("\n").filter((line) => line !== "");
      return {
        name,
        instructions: instructions.map((line) => {
          const [keyword = "", ...words] = line.split(" ");
          return { keyword, rest: words.join(" ") };
        }),
      };
    });
}

/** The files that Docker sends to its engine: `.dockerignore` forbids everything and then allows these. */
async function readAllowlist(path: string): Promise<readonly string[]> {
  const lines = (await readFile(path, "utf8")).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  if (lines.shift() !== "*") throw new Error(".dockerignore does not begin with *");
  return lines.map((line) => line.replace(/^!/, ""));
}

/** `COPY [--from=stage] source… target`; a relative target is in the stage's folder, `/app`. */
async function copy(rest: string, work: string, { context, folder }: ImageOptions, allowed: readonly string[]) {
  const words = rest.split(" ");
  const target = words.pop() ?? "";
  const from = words[0]?.startsWith("--from=") ? words.shift()?.slice("--from=".length) : undefined;
  const sources = words.flatMap((source) => (source === "." ? allowed : [source]));
  for (const source of sources) {
    if (from === undefined && !allowed.some((path) => source === path || source.startsWith(`${path}/`)))
      throw new Error(`.dockerignore keeps ${source} from the image`);
    const root = from === undefined ? context : join(folder, from);
    const path = source.replace(/^\/app\//, "");
    const destination = /^\.\/?$/.test(target) ? path : target;
    await cp(join(root, path), join(work, destination), { recursive: true, verbatimSymlinks: true });
  }
}
