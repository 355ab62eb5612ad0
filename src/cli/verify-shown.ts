import type { VerifyReport } from '../commands/verify.ts';
import { SEVERITIES } from '../dnssec/verify/causes.ts';
import type { Finding, Severity } from '../dnssec/verify/findings.ts';

/** How much of what was found is told. */
export interface FormatOptions {
  /** Every finding, or each thing that is wrong once. */
  readonly all: boolean;
  /** Whether the text has only what somebody has to know. */
  readonly quiet: boolean;
}

/** A finding as a report shows it: for all that have the same cause. */
export interface ShownFinding extends Finding {
  /** How many findings it stands for. */
  readonly count: number;
  /** Where some of the others are. */
  readonly examples: readonly string[];
  /** What it stands for, where that is not all of its own kind. */
  readonly includes: readonly { readonly code: string; readonly count: number }[];
}

const EXAMPLES = 3;

/** What a report shows of what was found. */
export function shownFindings({ findings, causes }: VerifyReport, { all }: FormatOptions): ShownFinding[] {
  if (all) return findings.map((finding) => ({ ...finding, count: 1, examples: [], includes: [] }));
  return causes.map(({ root, members }) => {
    const others = members.filter((member) => member !== root && placeOf(member) !== placeOf(root));
    const counts = new Map<string, number>();
    for (const { code } of members) counts.set(code, (counts.get(code) ?? 0) + 1);
    const includes = [...counts].map(([code, count]) => ({ code, count }));
    return {
      ...root,
      count: members.length,
      examples: [...new Set(others.map(placeOf))].slice(0, EXAMPLES),
      includes: includes.length === 1 && counts.has(root.code) ? [] : includes,
    };
  });
}

/** How many findings there are of each severity. */
export function countBySeverity(findings: readonly Finding[]): Record<Severity, number> {
  const count = (severity: Severity): number =>
    findings.filter((finding) => finding.severity === severity).length;
  const [error, warning, note] = SEVERITIES;
  return { error: count(error), warning: count(warning), note: count(note) };
}

/**
 * What a finding stands for beside itself, in words; empty where that is nothing.
 * @param hint how to see them all
 */
export function describeOthers({ code, count, examples, includes }: ShownFinding, hint = ''): string {
  if (includes.length === 0 && count === 1) return '';
  const kinds = includes
    .filter((kind) => kind.code !== code || includes.length > 1)
    .map((kind) => `${kind.count} × ${kind.code}`);
  const what =
    kinds.length === 0 ? `${count - 1} more of this kind` : `${count} findings in all, ${kinds.join(', ')}`;
  return `${what}${hint}${examples.length === 0 ? '' : `: ${examples.join(', ')}`}`;
}

function placeOf({ owner, type }: Finding): string {
  return `${owner} ${type}`;
}
