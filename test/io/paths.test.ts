import { expect, test } from '@jest/globals';
import { displayPath, isSamePath, resolvePath } from '../../src/io/paths.ts';

test.each([
  ['/work/zones/a', 'zones/a'],
  ['/work', '.'],
  ['/elsewhere/a', '/elsewhere/a'],
  ['/work..d/a', '/work..d/a'],
])('%s is shown as %s', (file, shown) => {
  expect(displayPath(file, '/work')).toBe(shown);
});

test.each([
  ['keys', '/work/etc/zonewright.yaml', 'etc/keys'],
  ['../keys', '/work/etc/zonewright.yaml', 'keys'],
  ['/run/keys', '/work/etc/zonewright.yaml', '/run/keys'],
  ['keys', '/etc/zonewright.yaml', '/etc/keys'],
])('%s in %s is %s', (target, file, expected) => {
  expect(resolvePath(target, file, '/work')).toBe(expected);
});

test('the same path may be written in several ways', () => {
  expect(isSamePath('./a/../b', '/work/b', '/work')).toBe(true);
  expect(isSamePath('a', 'b', '/work')).toBe(false);
});
