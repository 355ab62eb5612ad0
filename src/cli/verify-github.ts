import type { VerifyReport } from '../commands/verify.ts';
import { describeFinding } from '../dnssec/verify/findings.ts';
import { describeOthers, shownFindings, type FormatOptions } from './verify-shown.ts';

const LEVELS = { error: 'error', warning: 'warning', note: 'notice' } as const;

/** Workflow commands of GitHub Actions, which become annotations of the lines of the file. */
export function github(reports: readonly VerifyReport[], options: FormatOptions): string {
  return reports
    .flatMap((report) =>
      shownFindings(report, options).map((finding) => {
        const { location, severity, code } = finding;
        const properties = { file: location?.file ?? report.file, line: location?.line ?? 1, title: code };
        const list = Object.entries(properties).map(
          ([name, value]) => `${name}=${escapeProperty(String(value))}`,
        );
        const others = describeOthers(finding);
        const message = [
          describeFinding(finding),
          others && `and ${others}`,
          finding.cure && `hint: ${finding.cure}`,
        ];
        const lines = message.filter((line) => line !== '').join('\n');
        return `::${LEVELS[severity]} ${list.join(',')}::${escapeData(lines)}\n`;
      }),
    )
    .join('');
}

function escapeData(value: string): string {
  return value.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(value: string): string {
  return escapeData(value).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
