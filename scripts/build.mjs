// Bundles the command line, the library and the worker entry points into dist/.
//
// Everything lands flat in dist/, shared chunks too: a worker started with
// `new URL('./sign-worker.js', import.meta.url)` is found from whichever chunk asks for it.
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const outdir = path.join(root, 'dist');

const workers = (await readdir(path.join(root, 'src/io')).catch(() => []))
  .filter((name) => name.endsWith('-worker.ts'))
  .sort();

// Nothing is written by esbuild itself, so that a build that fails leaves the last good dist/ alone.
const { outputFiles } = await build({
  absWorkingDir: root,
  entryPoints: [
    { in: 'src/cli/main.ts', out: 'main' },
    { in: 'src/library/index.ts', out: 'library' },
    ...workers.map((name) => ({ in: `src/io/${name}`, out: path.basename(name, '.ts') })),
  ],
  outdir,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  packages: 'external',
  sourcemap: 'linked',
  chunkNames: '[name]-[hash]',
  logLevel: 'warning',
  write: false,
}).catch((error) => {
  // esbuild has printed the messages already; anything else must be seen.
  if (!Array.isArray(error.errors)) throw error;
  process.exit(1);
});

await rm(outdir, { recursive: true, force: true });
await mkdir(outdir, { recursive: true });
await Promise.all(outputFiles.map((file) => writeFile(file.path, file.contents)));

const kilobytes = outputFiles
  .filter((file) => file.path.endsWith('.js'))
  .reduce((sum, file) => sum + file.contents.length / 1024, 0);
console.log(
  `dist: ${outputFiles.length} files, ${kilobytes.toFixed(0)} kB of code, ${workers.length} worker(s)`,
);
