import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { withMeasurement, type KeysMeasurement } from '../../scripts/keys-document.ts';
import { PBKDF2_ITERATIONS } from '../../src/io/crypto/encrypted-pkcs8.ts';
import { EXPORTS } from '../support/key-formats/exports.ts';
import { IMPORTS } from '../support/key-formats/imports.ts';

const read = (name: string): string => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');

const measurement = JSON.parse(read('keys-measured.json')) as KeysMeasurement;

test('docs/keys.md has what was measured: npm run docs:keys', () => {
  expect(read('keys.md')).toBe(withMeasurement(read('keys.md'), measurement));
});

test('every way in and out was measured as it is now, with every algorithm, and none broke', () => {
  const ways = [...IMPORTS, ...EXPORTS].map(({ direction, form, peer, proof, algorithms }) => {
    return { direction, form, peer, proof, algorithms, failures: {} };
  });
  expect(measurement.paths).toEqual(ways);
});

test('the document states the iteration count that the program uses', () => {
  expect(measurement.iterations).toBe(PBKDF2_ITERATIONS);
  expect(read('keys.md')).toContain(PBKDF2_ITERATIONS.toLocaleString('en'));
});
