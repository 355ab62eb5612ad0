import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { findingsDocument, type Measurement } from '../../scripts/findings-document.ts';
import { FINDINGS } from '../../src/dnssec/verify/findings.ts';
import { MUTANTS } from '../support/mutants.ts';

const read = (name: string): string => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');

const measurement = JSON.parse(read('findings-measured.json')) as Measurement;

test('docs/findings.md is what npm run docs:findings makes', () => {
  expect(read('findings.md')).toBe(findingsDocument(measurement));
});

test('every kind of damage was measured with what it is called now', () => {
  const measured = measurement.kinds.map(({ group, name, codes }) => [group, name, codes]);
  const kinds = MUTANTS.flatMap(({ title, mutants }) =>
    mutants.map(({ name, codes }) => [title, name, codes]),
  );
  expect(measured.sort()).toEqual(kinds.sort());
});

test('each finding has a place in a text, and names codes in one form', () => {
  for (const [code, { meaning, cure, reference }] of Object.entries(FINDINGS)) {
    expect(code).toMatch(/^[a-z0-9]+\/[a-z0-9-]+$/);
    for (const text of [meaning, cure, reference]) expect(text).toMatch(/^[a-zA-Z].*[^.]$/);
  }
});
