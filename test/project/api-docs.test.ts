import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import * as library from '../../src/library/index.ts';
import { runProcess } from '../support/run-process.ts';

test('docs/api.md is what the docstrings of the library say now', async () => {
  const result = await runProcess(process.execPath, ['scripts/api-docs.mjs', '--check'], {
    timeout: 120_000,
  });
  expect(result).toMatchObject({ status: 0, stderr: '' });
}, 120_000);

test('docs/api.md has every function of the library', () => {
  const page = readFileSync('docs/api.md', 'utf8').replaceAll('\\_', '_');
  const missing = Object.keys(library).filter((name) => !new RegExp(`^### ${name}\\b`, 'm').test(page));
  expect(missing).toEqual([]);
});
