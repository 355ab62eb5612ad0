import { expect, test } from '@jest/globals';
import { closestWord } from '../../src/io/closest-word.ts';

test.each([
  ['kskLifetme', 'kskLifetime'],
  ['kskLiftiem', 'kskLifetime'],
  ['zsklifetime', 'zskLifetime'],
  ['denail', 'denial'],
  ['cd', 'cds'],
  ['cdss', 'cds'],
  ['x', undefined],
  ['signatures', undefined],
  ['', undefined],
])('%j is most like %j', (word, expected) => {
  expect(closestWord(word, ['kskLifetime', 'zskLifetime', 'denial', 'cds'])).toBe(expected);
});
