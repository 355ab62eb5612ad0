// Writes docs/findings.md. With --measure, it first damages zones in every way and asks the peers that are installed
// (scripts/install-peers.sh) and the built program what they notice: docs/findings-measured.json.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadScript } from './load-script.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const measured = path.join(root, 'docs/findings-measured.json');

if (process.argv.includes('--measure')) {
  const { measureFindings } = await loadScript('measure-findings');
  const measurement = await measureFindings(path.join(root, 'bin/zonewright.js'));
  await writeFile(measured, `${JSON.stringify(measurement, undefined, 2)}\n`);
}
const { findingsDocument } = await loadScript('findings-document');
const measurement = JSON.parse(await readFile(measured, 'utf8'));
await writeFile(path.join(root, 'docs/findings.md'), findingsDocument(measurement));
