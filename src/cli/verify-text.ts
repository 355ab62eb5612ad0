import type { VerifyReport } from '../commands/verify.ts';
import { printDuration, printTime } from '../dns/time.ts';
import { describeFinding } from '../dnssec/verify/findings.ts';
import {
  countBySeverity,
  describeOthers,
  shownFindings,
  type FormatOptions,
  type ShownFinding,
} from './verify-shown.ts';

/** A report for people: findings, each with what to do, then the verdict; with `quiet`, no notes, and the verdict only where the zone is not valid. */
export function text(reports: readonly VerifyReport[], options: FormatOptions): string {
  return reports
    .flatMap((report) => {
      const findings = shownFindings(report, options);
      const told = options.quiet ? findings.filter(({ severity }) => severity !== 'note') : findings;
      const end = options.quiet && report.ok ? [] : verdict(report, findings);
      return [...told.flatMap(findingLines), ...end];
    })
    .map((line) => `${line}\n`)
    .join('');
}

function findingLines(finding: ShownFinding): string[] {
  const others = describeOthers(finding, ' (--all-findings)');
  return [
    `${finding.severity}: ${placeOf(finding)}${describeFinding(finding)} [${finding.code}]`,
    ...(others === '' ? [] : [`  and ${others}`]),
    ...(finding.cure === '' ? [] : [`  hint: ${finding.cure}`]),
  ];
}

function placeOf({ location }: ShownFinding): string {
  if (location === undefined) return '';
  return `${[location.file, location.line].filter((part) => part !== undefined).join(':')}: `;
}

function verdict(report: VerifyReport, findings: readonly ShownFinding[]): string[] {
  const { zone, ok, time, rrsets, signaturesVerified, firstExpiry, timing, previous = [] } = report;
  const counts = countBySeverity(findings);
  const found = [
    plural(counts.error, 'error'),
    plural(counts.warning, 'warning'),
    plural(counts.note, 'note'),
  ];
  const expiry =
    firstExpiry === undefined
      ? ''
      : `; the first to expire does so at ${printTime(firstExpiry.time)}: ${firstExpiry.owner} ${firstExpiry.type}`;
  return [
    `${zone} is ${ok ? 'valid' : 'NOT valid'} at ${printTime(time)}: ${found.join(', ')}`,
    `  ${plural(rrsets, 'RRset')}, ${plural(signaturesVerified, 'signature')} verified${expiry}`,
    ...(timing === undefined
      ? []
      : [
          `  survives ${plural(timing.missedRunsSurvived, 'missed nightly run')}; ` +
            `secondaries serve it for ${printDuration(timing.soaExpire)}, caches for up to ${printDuration(timing.maxTtl)}`,
        ]),
    ...(canReplace(report)
      ? [`  can replace ${previous.join(', ')}: what caches hold of one validates with the other`]
      : []),
  ];
}

/** Whether there were versions to compare with, and nothing was found in doing so. */
function canReplace({ ok, previous = [], findings }: VerifyReport): boolean {
  return ok && previous.length > 0 && !findings.some(({ code }) => code.startsWith('cache/'));
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
