import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { TOOLS, withComparison, type Comparison } from '../../scripts/comparison-document.ts';

const read = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');

const comparison = JSON.parse(read('docs/comparison-measured.json')) as Comparison;

test('README.md has what was measured: npm run docs:comparison', () => {
  const readme = read('README.md');
  expect(readme).toBe(withComparison(readme, comparison));
});

test('every cell has commands that were run or a source that was read, and ours were all run', () => {
  expect(comparison.versions.length).toBeGreaterThan(0);
  for (const { feature, cells } of comparison.rows) {
    expect(Object.keys(cells).filter((tool) => !TOOLS.some((known) => known === tool))).toEqual([]);
    for (const cell of Object.values(cells)) {
      expect(cell.says).not.toBe('');
      expect('commands' in cell ? cell.commands : cell.source).not.toBe('');
    }
    expect([feature, cells['zonewright']]).toEqual([
      feature,
      expect.objectContaining({ commands: expect.any(String) }),
    ]);
  }
});

test('a table that says something else is found', () => {
  const [first, ...others] = comparison.rows;
  const cells = { ...first!.cells, BIND: { says: 'perhaps', source: 'nobody' } };
  const readme = withComparison(read('README.md'), {
    ...comparison,
    rows: [{ ...first!, cells }, ...others],
  });
  expect(readme).toContain('| _perhaps_ ');
  expect(readme).not.toBe(read('README.md'));
});
