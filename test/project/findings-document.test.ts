import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { findingsDocument, type Measurement } from '../../scripts/findings-document.ts';
import { UNMEASURED } from '../../scripts/findings-unmeasured.ts';
import { FINDINGS } from '../../src/dnssec/verify/findings.ts';
import { zoneChecks } from '../../src/zone/checks.ts';
import { FLAWS } from '../support/flaws.ts';
import { MUTANTS } from '../support/mutants.ts';
import { codesShown } from '../support/mutants/world.ts';

const read = (name: string): string => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');

const measurement = JSON.parse(read('findings-measured.json')) as Measurement;

test('docs/findings.md is what npm run docs:findings makes', () => {
  expect(read('findings.md')).toBe(findingsDocument(measurement));
});

/** Kinds of damage with what we call them. */
type Named = readonly [name: string, codes: readonly string[]];

const named = (kinds: readonly { name: string; codes: readonly string[] }[]): Named[] =>
  kinds.map(({ name, codes }): Named => [name, codes]).sort();

test('every kind of damage was measured with what it is called now', () => {
  for (const [i, { algorithm, kinds }] of measurement.signed.entries()) {
    const groups = MUTANTS.filter((group) => i === 0 || group.algorithm === undefined);
    const expected = groups.flatMap(({ title, mutants }) =>
      mutants.map((mutant) => ({ name: `${title}: ${mutant.name}`, codes: codesShown(mutant) })),
    );
    expect([algorithm, named(kinds)]).toEqual([algorithm, named(expected)]);
  }
  expect(named(measurement.unsigned)).toEqual(named(FLAWS.map(([name, , codes]) => ({ name, codes }))));
});

test('we notice each of them, and see nothing wrong with the undamaged', () => {
  const missed = [...measurement.signed.flatMap(({ kinds }) => kinds), ...measurement.unsigned].filter(
    ({ verdicts }) => !['refuses', 'warns'].includes(verdicts['zonewright']!),
  );
  expect(missed).toEqual([]);
});

test('what others check is told by codes that there are, or why not', () => {
  const known = new Set([...Object.keys(FINDINGS), ...zoneChecks.map(({ code }) => code)]);
  const rows = read('checks-of-others.md')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (?:-+|check|error|test case) /.test(line));
  expect(rows.length).toBeGreaterThan(100);
  for (const row of rows) {
    const [check, answer] = row.split(' | ');
    const codes = [...answer!.matchAll(/`([a-z0-9]+\/[a-z0-9-]+)`/g)].map(([, code]) => code!);
    expect([check, codes.filter((code) => !known.has(code))]).toEqual([check, []]);
    expect(codes.length > 0 || answer!.startsWith('none: ')).toBe(true);
  }
});

describe('every code', () => {
  const produced = new Set([
    ...MUTANTS.flatMap(({ mutants }) => mutants.flatMap(codesShown)),
    ...FLAWS.flatMap(([, , codes]) => codes),
  ]);
  const explained = new Set(UNMEASURED.flatMap(({ codes }) => codes));

  test('has a damage that brings it about, or a reason why none can', () => {
    const codes = [...Object.keys(FINDINGS), ...zoneChecks.map(({ code }) => code)];
    expect(codes.filter((code) => !produced.has(code) && !explained.has(code))).toEqual([]);
    expect([...explained].filter((code) => produced.has(code) || !codes.includes(code))).toEqual([]);
    expect([...produced].filter((code) => !codes.includes(code))).toEqual([]);
  });

  test.each(UNMEASURED)('$codes are tested where it is said', ({ codes, tests }) => {
    const text = tests.map((file) => readFileSync(file, 'utf8')).join('');
    expect(codes.filter((code) => !new RegExp(`['" ]${code}['" ]`).test(text))).toEqual([]);
  });
});

test('each finding has a place in a text, and names codes in one form', () => {
  for (const [code, { meaning, cure, reference }] of Object.entries(FINDINGS)) {
    expect(code).toMatch(/^[a-z0-9]+\/[a-z0-9-]+$/);
    for (const text of [meaning, cure, reference]) expect(text).toMatch(/^[a-zA-Z].*[^.]$/);
  }
});
