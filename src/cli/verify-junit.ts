import type { VerifyReport } from '../commands/verify.ts';
import { describeFinding } from '../dnssec/verify/findings.ts';
import { countBySeverity, describeOthers, shownFindings, type FormatOptions } from './verify-shown.ts';
import { escapeXml } from './verify-xml.ts';

/** One suite a zone: a test for each finding, which only errors fail, or one test that passes. */
export function junit(reports: readonly VerifyReport[], options: FormatOptions): string {
  const suites = reports.map((report) => {
    const { zone, file } = report;
    const findings = shownFindings(report, options);
    const cases = findings.map((finding) => {
      const name = `${finding.code} ${finding.owner} ${finding.type}`;
      const others = describeOthers(finding);
      const message = [describeFinding(finding), others && `and ${others}`, finding.cure]
        .filter((part) => part !== '')
        .join('; ');
      const outcome =
        finding.severity === 'error'
          ? `<failure type="${escapeXml(finding.code)}" message="${escapeXml(message)}"/>`
          : `<system-out>${escapeXml(`${finding.severity}: ${message}`)}</system-out>`;
      return `    <testcase classname="${escapeXml(zone)}" name="${escapeXml(name)}" time="0">${outcome}</testcase>`;
    });
    const passed = `    <testcase classname="${escapeXml(zone)}" name="every validator accepts the zone" time="0"/>`;
    const lines = cases.length === 0 ? [passed] : cases;
    const failures = countBySeverity(findings).error;
    const attributes = `name="${escapeXml(`${zone} (${file})`)}" tests="${lines.length}" failures="${failures}" errors="0" skipped="0" time="0"`;
    return [`  <testsuite ${attributes}>`, ...lines, '  </testsuite>'].join('\n');
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="zonewright verify">\n${suites.join('\n')}\n</testsuites>\n`;
}
