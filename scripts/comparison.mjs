// Writes the comparison of README.md. With --measure, it first tries what each peer does that is installed (scripts/install-peers.sh):
// docs/comparison-measured.json.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadScript } from './load-script.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const measured = path.join(root, 'docs/comparison-measured.json');
const readme = path.join(root, 'README.md');

if (process.argv[2] === '--measure') {
  const { measureComparison } = await import('./measure-comparison.mjs');
  const comparison = measureComparison((line) => console.error(line));
  await writeFile(measured, `${JSON.stringify(comparison, undefined, 2)}\n`);
}
const { withComparison } = await loadScript('comparison-document');
const text = await readFile(readme, 'utf8');
await writeFile(readme, withComparison(text, JSON.parse(await readFile(measured, 'utf8'))));
