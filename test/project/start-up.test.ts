import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The sources that a module loads before it does anything, itself included. */
async function loadedBy(entry: string): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    write: false,
    metafile: true,
  });
  const loaded = new Set<string>();
  const visit = (file: string): void => {
    if (loaded.has(file)) return;
    loaded.add(file);
    for (const { kind, external, path: imported } of metafile.inputs[file]!.imports)
      if (kind === 'import-statement' && external !== true) visit(imported);
  };
  visit(path.relative(root, path.join(root, entry)));
  return [...loaded];
}

test('ds of a key file starts without the table of all types, and without signing', async () => {
  const loaded = await loadedBy('src/cli/ds-command.ts');
  expect(loaded).toContain('src/cli/ds-formats.ts');
  expect(
    loaded.filter((file) =>
      /^src\/(?:rr\/registry|rr\/types|zone\/parse|dnssec\/sign-zone|rollover\/proof)/.test(file),
    ),
  ).toEqual([]);
});
