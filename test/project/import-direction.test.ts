import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';

const root = fileURLToPath(new URL('../../', import.meta.url));

// The sources below exist in memory only, so rules that need the compiler's types cannot run on them.
const eslint = new ESLint({ cwd: root, overrideConfig: [tseslint.configs.disableTypeChecked] });

async function rulesBroken(filePath: string, source: string): Promise<string[]> {
  const [result] = await eslint.lintText(source, { filePath: `${root}${filePath}` });
  return [...new Set(result!.messages.map((message) => message.ruleId ?? message.message))];
}

const direction = 'import-x/no-restricted-paths';

describe('imports point one way', () => {
  test.each([
    ['src/dns/x.ts', '../zone/y.ts'],
    ['src/errors.ts', './dns/name.ts'],
    ['src/rr/x.ts', '../dnssec/y.ts'],
    ['src/zone/deep/x.ts', '../../keys/y.ts'],
    ['src/dnssec/x.ts', '../rollover/y.ts'],
    ['src/rollover/x.ts', '../commands/environment.ts'],
    ['src/commands/x.ts', '../io/files.ts'],
    ['src/commands/x.ts', '../cli/main.ts'],
    ['src/keys/x.ts', '../io/files.ts'],
    ['src/io/x.ts', '../commands/sign.ts'],
    ['src/io/x.ts', '../cli/main.ts'],
    ['src/library/x.ts', '../commands/sign.ts'],
    ['src/library/x.ts', '../cli/main.ts'],
    ['src/cli/x.ts', '../library/index.ts'],
    ['src/nowhere/x.ts', '../dns/name.ts'],
    ['src/nowhere.ts', './dns/name.ts'],
  ])('%s must not import %s', async (file, target) => {
    expect(await rulesBroken(file, `export { y } from '${target}';\n`)).toEqual([direction]);
    expect(await rulesBroken(file, `import type { Y } from '${target}';\nexport type Z = Y;\n`)).toEqual([
      direction,
    ]);
    expect(await rulesBroken(file, `export const y = await import('${target}');\n`)).toEqual([direction]);
  });

  test.each([
    ['src/dns/x.ts', './name.ts'],
    ['src/dns/x.ts', '../errors.ts'],
    ['src/zone/deep/x.ts', '../../rr/y.ts'],
    ['src/commands/x.ts', '../rollover/y.ts'],
    ['src/commands/x.ts', './environment.ts'],
    ['src/io/x.ts', '../commands/environment.ts'],
    ['src/io/x.ts', '../dnssec/y.ts'],
    ['src/io/x.ts', './files.ts'],
    ['src/cli/x.ts', '../io/files.ts'],
    ['src/library/x.ts', '../io/files.ts'],
    ['src/library/x.ts', '../rollover/plan.ts'],
    ['src/cli/x.ts', '../commands/sign.ts'],
  ])('%s may import %s', async (file, target) => {
    expect(await rulesBroken(file, `export { y } from '${target}';\n`)).toEqual([]);
  });

  test('every part of src/ is in a layer', async () => {
    for (const entry of readdirSync(`${root}src`, { withFileTypes: true })) {
      const file = entry.isDirectory() ? `src/${entry.name}/x.ts` : `src/${entry.name}`;
      const broken = await rulesBroken(
        file,
        `export { y } from './${entry.isDirectory() ? 'z.ts' : entry.name}';\n`,
      );
      expect({ file, broken }).toEqual({ file, broken: [] });
    }
  });
});

describe('the core does not know the machine', () => {
  const core = [
    'errors.ts',
    ...['dns', 'rr', 'zone', 'dnssec', 'keys', 'rollover', 'commands'].map((part) => `${part}/x.ts`),
  ];

  test.each([
    ['no-restricted-imports', "export { readFileSync } from 'node:fs';"],
    ['no-restricted-imports', "export { readFile } from 'fs/promises';"],
    ['no-restricted-imports', "export { default } from 'chalk';"],
    ['no-restricted-imports', "export { default } from 'ora';"],
    ['no-restricted-syntax', "export const fs = await import('node:fs');"],
    ['no-restricted-globals', 'export const x = process.pid;'],
    ['no-restricted-properties', 'export const x = Date.now();'],
    ['no-restricted-properties', 'export const x = Math.random();'],
    ['no-restricted-syntax', 'export const x = new Date();'],
    ['no-console', "console.log('x');"],
  ])('%s reports %s', async (rule, source) => {
    for (const file of core) {
      expect({ file, broken: await rulesBroken(`src/${file}`, `${source}\n`) }).toEqual({
        file,
        broken: [rule],
      });
    }
  });

  test.each(['export const x = new Date(0).getTime();', 'export const x = Math.floor(1.5) & 1;'])(
    'nothing is said of %s',
    async (source) => {
      expect(await rulesBroken('src/dns/x.ts', `${source}\n`)).toEqual([]);
    },
  );

  test('io and cli may use the machine', async () => {
    const source = "import { readFileSync } from 'node:fs';\nexport const x = readFileSync(process.argv0);\n";
    expect(await rulesBroken('src/io/x.ts', source)).toEqual([]);
    expect(await rulesBroken('src/cli/x.ts', source)).toEqual([]);
  });

  test('a comment cannot switch a rule off', async () => {
    const source = '// eslint-disable-next-line no-restricted-properties\nexport const x = Date.now();\n';
    expect(await rulesBroken('src/dns/x.ts', source)).toContain('no-restricted-properties');
  });
});
