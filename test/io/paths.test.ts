import { expect, test } from '@jest/globals';
import { displayPath, isSamePath, resolvePath } from '../../src/io/paths.ts';

test.each([
  ['/srv/zones/a', 'zones/a'],
  ['/srv', '.'],
  ['/elsewhere/a', '/elsewhere/a'],
  ['/srv..d/a', '/srv..d/a'],
])('%s is shown as %s', (file, shown) => {
  expect(displayPath(file, '/srv')).toBe(shown);
});

test.each([
  ['keys', '/srv/etc/zonewright.yaml', 'etc/keys'],
  ['../keys', '/srv/etc/zonewright.yaml', 'keys'],
  ['/run/keys', '/srv/etc/zonewright.yaml', '/run/keys'],
  ['keys', '/etc/zonewright.yaml', '/etc/keys'],
])('%s in %s is %s', (target, file, expected) => {
  expect(resolvePath(target, file, '/srv')).toBe(expected);
});

test('the same path may be written in several ways', () => {
  expect(isSamePath('./a/../b', '/srv/b', '/srv')).toBe(true);
  expect(isSamePath('a', 'b', '/srv')).toBe(false);
});
