// Checks that package-lock.json installs the same everywhere: it names no registry and nothing of the machine that
// wrote it. `npm ci` has already checked that it fits package.json.
import { readFileSync } from "node:fs";

const readJson = (path) => JSON.parse(readFileSync(path, "utf8"));
const { dependencies, devDependencies } = readJson("package.json");
const { packages } = readJson("package-lock.json");

const problems = [];
for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
  if (!/^\d+\.\d+\.\d+[\w.-]*$/.test(version)) problems.push(`package.json: ${name}@${version} is no exact version`);
}
for (const [path, { resolved, link, integrity }] of Object.entries(packages)) {
  if (path === "") continue;
  if (resolved !== undefined) problems.push(`package-lock.json: ${path} comes from ${resolved}, not from any registry`);
  if (link) problems.push(`package-lock.json: ${path} is a link`);
  if (integrity === undefined) problems.push(`package-lock.json: ${path} has no integrity hash`);
}

for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);
console.log(`${Object.keys(packages).length - 1} packages, each by version and hash alone`);
