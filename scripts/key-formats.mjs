// Writes the tables of docs/keys.md. With --measure, it first sends a key every way to and from the peers that are installed
// (scripts/install-peers.sh), and measures what protection costs; with --measure-costs, it measures the costs alone: docs/keys-measured.json.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const measured = path.join(root, 'docs/keys-measured.json');
const document = path.join(root, 'docs/keys.md');
// Beside the sources, so that what they import is found.
const directory = await mkdtemp(path.join(root, 'node_modules/.key-formats-'));

async function load(name) {
  const outfile = path.join(directory, `${name}.mjs`);
  await build({
    entryPoints: [path.join(root, `scripts/${name}.ts`)],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    logLevel: 'warning',
  });
  return import(pathToFileURL(outfile));
}

try {
  const [option] = process.argv.slice(2);
  if (option !== undefined) {
    const { measureKeys, measureCosts } = await load('measure-key-formats');
    const measurement =
      option === '--measure-costs'
        ? { ...JSON.parse(await readFile(measured, 'utf8')), ...(await measureCosts()) }
        : await measureKeys((line) => console.error(line));
    await writeFile(measured, `${JSON.stringify(measurement, undefined, 2)}\n`);
  }
  const { withMeasurement } = await load('keys-document');
  const text = await readFile(document, 'utf8');
  await writeFile(document, withMeasurement(text, JSON.parse(await readFile(measured, 'utf8'))));
} finally {
  await rm(directory, { recursive: true });
}
