// Writes dist/library.d.ts: the types of the library in one file.
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { generateDtsBundle } from 'dts-bundle-generator';

const root = new URL('..', import.meta.url);
const [types] = generateDtsBundle(
  [
    {
      filePath: fileURLToPath(new URL('src/library/index.ts', root)),
      output: { noBanner: true, exportReferencedTypes: false },
    },
  ],
  { preferredConfigPath: fileURLToPath(new URL('tsconfig.json', root)) },
);
await writeFile(new URL('dist/library.d.ts', root), types);
