// Bundles the command line, the library and the worker entry points into dist/.
//
// Everything lands flat in dist/, shared chunks too: a worker started with
// `new URL('./sign-worker.js', import.meta.url)` is found from whichever chunk asks for it.
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const outdir = path.join(root, 'dist');

const workers = (await readdir(path.join(root, 'src'), { recursive: true }))
  .filter((name) => name.endsWith('-worker.ts'))
  .sort();

const commander = path.join(root, 'node_modules/commander');

/** What commander gets for modules of Node that load much: one has getters for all standard streams, the other runs commands that are programs of their own. */
const REQUIRED_OF_NODE = {
  'node:process': 'module.exports = process;',
  'node:child_process': '',
};

const common = {
  absWorkingDir: root,
  outdir,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  packages: 'external',
  sourcemap: 'linked',
  minifyWhitespace: true,
  chunkNames: '[name]-[hash]',
  logLevel: 'warning',
  // Nothing is written by esbuild itself, so that a build that fails leaves the last good dist/ alone.
  write: false,
};

/**
 * Modules that every run needs, in one file: Node takes half a millisecond for each file that it loads, and esbuild makes a file for each set of
 * modules that load each other lazily in the same way. It keeps together what all entry points import, so all of them import this, the main one too.
 */
async function loadedTogether(starts) {
  const { metafile } = await build({ ...common, entryPoints: ['src/cli/main.ts'], metafile: true });
  const imports = (file, isWanted) =>
    (metafile.inputs[file]?.imports ?? [])
      .filter(({ kind, external }) => isWanted(kind) && external !== true)
      .map((imported) => imported.path);
  const together = new Set(starts);
  for (const file of together)
    for (const imported of imports(file, (kind) => kind === 'import-statement')) together.add(imported);
  const lazy = new Set(
    Object.keys(metafile.inputs).flatMap((file) => imports(file, (kind) => kind === 'dynamic-import')),
  );
  lazy.add('src/cli/main.ts');
  return {
    name: 'loaded-together',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^loaded-together$/ }, ({ path: name }) => ({ path: name, namespace: name }));
      onLoad({ filter: /.*/, namespace: 'loaded-together' }, () => ({
        contents: [...together]
          .filter((file) => file.endsWith('.ts'))
          .map((file) => `import './${file}';`)
          .join('\n'),
        resolveDir: root,
      }));
      onLoad({ filter: /\.ts$/, namespace: 'file' }, async (args) =>
        lazy.has(path.relative(root, args.path))
          ? { contents: `${await readFile(args.path, 'utf8')}\nimport 'loaded-together';`, loader: 'ts' }
          : undefined,
      );
    },
  };
}

/** Puts commander into the bundle: to find and load its files takes a good part of the start-up time of a short command. */
const commanderInBundle = {
  name: 'commander-in-bundle',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^commander$/ }, () => ({ path: path.join(commander, 'esm.mjs') }));
    onResolve({ filter: /^node:/ }, ({ path: name, kind }) =>
      kind === 'require-call' ? { path: name, namespace: 'node' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'node' }, ({ path: name }) => ({
      contents: REQUIRED_OF_NODE[name] ?? `export * from '${name}';`,
    }));
  },
};

const built = await Promise.all([
  build({
    ...common,
    entryPoints: [{ in: 'src/cli/main.ts', out: 'main' }],
    plugins: [commanderInBundle, await loadedTogether(['src/cli/main.ts', 'src/cli/ds-command.ts'])],
  }),
  build({
    ...common,
    entryPoints: [
      { in: 'src/library/index.ts', out: 'library' },
      ...workers.map((name) => ({ in: `src/${name}`, out: path.basename(name, '.ts') })),
    ],
  }),
]).catch((error) => {
  // esbuild has printed the messages already; anything else must be seen.
  if (!Array.isArray(error.errors)) throw error;
  process.exit(1);
});
const outputFiles = built.flatMap((result) => result.outputFiles);

await rm(outdir, { recursive: true, force: true });
await mkdir(outdir, { recursive: true });
await Promise.all([
  ...outputFiles.map((file) => writeFile(file.path, file.contents)),
  copyFile(path.join(commander, 'LICENSE'), path.join(outdir, 'commander.LICENSE')),
]);

const kilobytes = outputFiles
  .filter((file) => file.path.endsWith('.js'))
  .reduce((sum, file) => sum + file.contents.length / 1024, 0);
console.log(
  `dist: ${outputFiles.length} files, ${kilobytes.toFixed(0)} kB of code, ${workers.length} worker(s)`,
);
