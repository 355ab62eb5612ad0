import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const here = path.dirname(fileURLToPath(import.meta.url));

/**
 * Bundles a program of `test/support/children` into a directory, for tests that need processes of their own. Returns its path.
 *
 * Its file operations are those of `children/faulty-fs.ts`, which can fail or end the process at any of them.
 */
export function bundleChild(name: string, directory: string): string {
  const outfile = path.join(directory, `${name}.mjs`);
  const faulty = path.join(here, 'children/faulty-fs.ts');
  buildSync({
    entryPoints: [path.join(here, `children/${name}.ts`)],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    alias: { 'node:fs/promises': faulty, 'node:fs': faulty },
    logLevel: 'error',
  });
  return outfile;
}
