import { expect, test } from '@jest/globals';

// Both are published as ESM only: a wrong module mode of the test runner shows here first.

test('chalk loads as an ES module', async () => {
  const { Chalk } = await import('chalk');
  expect(new Chalk({ level: 1 }).red('x')).toBe('\u001b[31mx\u001b[39m');
});

test('ora loads as an ES module', async () => {
  const { default: ora } = await import('ora');
  expect(ora({ text: 'signing', isEnabled: false }).text).toBe('signing');
});
