import type { DsCheckResult, DsComparison } from '../commands/ds-check.ts';
import type { DsFinding } from '../commands/ds-comparison.ts';
import { toHex } from '../dns/encoding.ts';
import { dsDocument } from './ds-formats.ts';

/** Whether the DS that stand at the parent are those that should. */
export function isDsSetRight({ comparisons }: DsCheckResult): boolean {
  return comparisons.every(({ findings }) => findings.every(({ severity }) => severity === 'note'));
}

/** What `ds --check` prints for people. */
export function dsCheckText({ comparisons }: DsCheckResult): string {
  return comparisons.map(comparisonText).join('');
}

function comparisonText({ zone, source, records, findings }: DsComparison): string {
  const lines = findings.map(({ severity, message }) => `${zone} ${source}: ${severity}: ${message}\n`);
  if (findings.some(({ severity }) => severity === 'error')) return lines.join('');
  const what = records === 1 ? 'the 1 DS record is' : `the ${records} DS records are`;
  return `${zone} ${source}: ${what} as ${records === 1 ? 'it' : 'they'} should be\n${lines.join('')}`;
}

/** `schemas/ds.schema.json`, with the part that `--check` adds. */
export function dsCheckDocument(
  result: DsCheckResult,
): ReturnType<typeof dsDocument> & { check: object[]; unanswered: object[] } {
  return {
    ...dsDocument(result.keys),
    check: result.comparisons.map(({ findings, ...comparison }) => ({
      ...comparison,
      ok: findings.every(({ severity }) => severity === 'note'),
      outage: findings.some(({ kind }) => kind === 'outage'),
      findings: findings.map(findingDocument),
    })),
    unanswered: result.unanswered.map(({ code, message }) => ({ code, message })),
  };
}

function findingDocument({ record, ...finding }: DsFinding): object {
  return {
    ...finding,
    ...(record === undefined ? {} : { keyTag: record.keyTag, digest: toHex(record.digest) }),
  };
}
