import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Imports scripts/<name>.ts, which may import the sources. */
export function loadScript(name) {
  return loadTypeScript(`scripts/${name}.ts`);
}

/** Imports a file in TypeScript, which may import others. */
export async function loadTypeScript(file) {
  // Beside the sources, so that what they import is found.
  const directory = await mkdtemp(path.join(root, 'node_modules/.script-'));
  const outfile = path.join(directory, `${path.basename(file, '.ts')}.mjs`);
  try {
    await build({
      entryPoints: [path.join(root, file)],
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
      packages: 'external',
      logLevel: 'warning',
    });
    return await import(pathToFileURL(outfile));
  } finally {
    await rm(directory, { recursive: true });
  }
}
