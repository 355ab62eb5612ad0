// Writes docs/api.md from the docstrings of the library; with --check, only says whether it is current.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { Application } from 'typedoc';

const root = fileURLToPath(new URL('..', import.meta.url));
const page = path.join(root, 'docs/api.md');
const out = await mkdtemp(path.join(os.tmpdir(), 'zonewright-api-'));
try {
  const application = await Application.bootstrapWithPlugins({
    entryPoints: [path.join(root, 'src/library/index.ts')],
    // Without it, typedoc empties docs/.
    out,
    tsconfig: path.join(root, 'tsconfig.json'),
    plugin: ['typedoc-plugin-markdown'],
    outputFileStrategy: 'modules',
    entryFileName: 'api.md',
    name: 'The zonewright library',
    readme: 'none',
    hidePageHeader: true,
    hideBreadcrumbs: true,
    disableSources: true,
    excludePrivate: true,
    excludeExternals: true,
    sort: ['source-order'],
    parametersFormat: 'table',
    interfacePropertiesFormat: 'table',
    classPropertiesFormat: 'table',
    typeDeclarationFormat: 'table',
    skipErrorChecking: true,
    logLevel: 'Error',
  });
  const project = await application.convert();
  if (project === undefined) process.exit(1);
  await application.generateOutputs(project);
  const text = await readFile(path.join(out, 'api.md'), 'utf8');
  const formatted = await format(text, { ...(await resolveConfig(page)), parser: 'markdown' });
  if (process.argv.includes('--check')) {
    const current = await readFile(page, 'utf8').catch(() => '');
    if (current !== formatted) {
      console.error('docs/api.md is not current: run npm run docs:api');
      process.exitCode = 1;
    }
  } else await writeFile(page, formatted);
} finally {
  await rm(out, { recursive: true, force: true });
}
