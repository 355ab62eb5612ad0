import { expect, test } from '@jest/globals';
import { fromHex, toHex } from '../../src/dns/encoding.ts';
import { ecdsaSignatureFromDer } from '../../src/io/crypto/ecdsa-signature.ts';

const tagged = (tag: string, hex: string): string =>
  tag + (hex.length / 2).toString(16).padStart(2, '0') + hex;

test.each([
  ['full length', '11'.repeat(32), '22'.repeat(32)],
  ['high bits', `00${'81'.repeat(32)}`, `00${'ff'.repeat(32)}`],
  ['short r', '11'.repeat(30), '22'.repeat(32)],
  ['short s', '11'.repeat(32), `00${'80'.repeat(31)}`],
  ['both tiny', '01', '7f'],
])('%s', (_, r, s) => {
  const der = fromHex(tagged('30', tagged('02', r) + tagged('02', s)));
  const half = (hex: string): string => hex.replace(/^00/, '').padStart(64, '0').toUpperCase();
  expect(toHex(ecdsaSignatureFromDer(der, 64))).toBe(half(r) + half(s));
});
