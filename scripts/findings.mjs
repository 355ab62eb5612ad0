// Writes docs/findings.md. With --measure, it first damages zones in every way and asks the peers that are installed
// (scripts/install-peers.sh) and the built program what they notice: docs/findings-measured.json.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const measured = path.join(root, 'docs/findings-measured.json');
// Beside the sources, so that what they import is found.
const directory = await mkdtemp(path.join(root, 'node_modules/.findings-'));

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
  if (process.argv.includes('--measure')) {
    const { measureFindings } = await load('measure-findings');
    const measurement = await measureFindings(path.join(root, 'bin/zonewright.js'));
    await writeFile(measured, `${JSON.stringify(measurement, undefined, 2)}\n`);
  }
  const { findingsDocument } = await load('findings-document');
  const measurement = JSON.parse(await readFile(measured, 'utf8'));
  await writeFile(path.join(root, 'docs/findings.md'), findingsDocument(measurement));
} finally {
  await rm(directory, { recursive: true });
}
