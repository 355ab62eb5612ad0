import { expect, test } from '@jest/globals';
import { MAX_TTL, parseTtl } from '../../src/dns/ttl.ts';
import { bytesOf } from '../zone/zone-text.ts';

const ttl = (text: string): number => parseTtl(bytesOf(text), 0, text.length);

test.each([
  ['0', 0],
  ['007', 7],
  ['2147483647', MAX_TTL],
  ['1s', 1],
  ['1m', 60],
  ['1h', 3600],
  ['1d', 86400],
  ['1w', 604800],
  ['1W2D3h4M5s', 604800 + 2 * 86400 + 3 * 3600 + 4 * 60 + 5],
  ['1h1h', 7200],
  ['5s1m', 65],
])('%s is %d seconds', (text, seconds) => {
  expect(ttl(text)).toBe(seconds);
});

test.each(['', 'a', 'h', '1x', '1hh', '1h30', '-1', '1.5h', '1 h', 'in'])('"%s" is no TTL', (text) => {
  expect(ttl(text)).toBe(-1);
});

test.each(['2147483648', '4294967296', '99999999999999999999999', '9999999999999999w', '3551w'])(
  '%s is too large',
  (text) => {
    expect(ttl(text)).toBeGreaterThan(MAX_TTL);
  },
);

test('only what is between start and end counts', () => {
  expect(parseTtl(bytesOf('x12hx'), 1, 4)).toBe(12 * 3600);
});
