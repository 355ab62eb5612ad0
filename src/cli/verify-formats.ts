import packageJson from '../../package.json' with { type: 'json' };
import type { VerifyReport } from '../commands/verify.ts';
import { printTime } from '../dns/time.ts';
import { cureOf, describeFinding, type Finding } from '../dnssec/verify/findings.ts';
import type { FailureObject } from './failure.ts';

interface FormatOptions {
  /** Every finding, not only the first of its kind. */
  readonly all: boolean;
}

/** How reports can be written, and by what. `json` is the document of `--json`, which is written elsewhere. */
const FORMATS = { text, junit, sarif, github } as const satisfies Record<
  string,
  (reports: readonly VerifyReport[], options: FormatOptions) => string
>;

export type VerifyFormat = keyof typeof FORMATS;

export const VERIFY_FORMATS: readonly string[] = ['text', 'json', 'junit', 'sarif', 'github'];

/** The text of reports in a format; it ends with a newline, if there is any. */
export function formatReports(
  format: VerifyFormat,
  reports: readonly VerifyReport[],
  options: FormatOptions,
): string {
  return FORMATS[format](reports, options);
}

function text(reports: readonly VerifyReport[], { all }: FormatOptions): string {
  return reports
    .map((report) => `${[...findingLines(report, all), ...verdict(report)].join('\n')}\n`)
    .join('');
}

function findingLines({ findings }: VerifyReport, all: boolean): string[] {
  if (all) return findings.flatMap((finding) => [findingLine(finding), `  hint: ${cureOf(finding)}`]);
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) groups.set(finding.code, [...(groups.get(finding.code) ?? []), finding]);
  return [...groups.values()].flatMap(([first, ...others]) => [
    findingLine(first!),
    ...(others.length === 0 ? [] : [`  and ${others.length} more of this kind (--all-findings)`]),
    `  hint: ${cureOf(first!)}`,
  ]);
}

function findingLine(finding: Finding): string {
  return `${finding.severity}: ${placeOf(finding)}${describeFinding(finding)} [${finding.code}]`;
}

function placeOf({ location }: Finding): string {
  if (location === undefined) return '';
  return `${[location.file, location.line].filter((part) => part !== undefined).join(':')}: `;
}

function verdict({
  zone,
  ok,
  time,
  counts,
  rrsets,
  signaturesVerified,
  firstExpiry,
}: VerifyReport): string[] {
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
  ];
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Workflow commands of GitHub Actions. */
function github(reports: readonly VerifyReport[]): string {
  const levels = { error: 'error', warning: 'warning', note: 'notice' } as const;
  return reports
    .flatMap(({ file, findings }) =>
      findings.map((finding) => {
        const { location, severity, code } = finding;
        const properties = { file: location?.file ?? file, line: location?.line, title: code };
        const list = Object.entries(properties).flatMap(([name, value]) =>
          value === undefined ? [] : [`${name}=${escapeProperty(String(value))}`],
        );
        return `::${levels[severity]} ${list.join(',')}::${escapeData(describeFinding(finding))}\n`;
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

/** One suite a zone: a test for each finding, which only errors fail, or one test that passes. */
function junit(reports: readonly VerifyReport[]): string {
  const suites = reports.map(({ zone, file, findings, counts }) => {
    const cases = findings.map((finding) => {
      const name = `${finding.code} ${finding.owner} ${finding.type}`;
      const message = `${describeFinding(finding)}; ${cureOf(finding)}`;
      const outcome =
        finding.severity === 'error'
          ? `<failure type="${escapeXml(finding.code)}" message="${escapeXml(message)}"/>`
          : `<system-out>${escapeXml(`${finding.severity}: ${message}`)}</system-out>`;
      return `    <testcase classname="${escapeXml(zone)}" name="${escapeXml(name)}">${outcome}</testcase>`;
    });
    const passed = `    <testcase classname="${escapeXml(zone)}" name="every validator accepts the zone"/>`;
    const lines = cases.length === 0 ? [passed] : cases;
    const attributes = `name="${escapeXml(`${zone} (${file})`)}" tests="${lines.length}" failures="${counts.error}" errors="0"`;
    return [`  <testsuite ${attributes}>`, ...lines, '  </testsuite>'].join('\n');
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="zonewright verify">\n${suites.join('\n')}\n</testsuites>\n`;
}

function escapeXml(value: string): string {
  return value
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** SARIF 2.1.0, as code scanning services read it. */
function sarif(reports: readonly VerifyReport[]): string {
  const findings = reports.flatMap(({ file, findings: all }) => all.map((finding) => ({ file, finding })));
  const codes = [...new Set(findings.map(({ finding }) => finding.code))].sort();
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: packageJson.name,
            version: packageJson.version,
            rules: codes.map((code) => ({ id: code, help: { text: cureOf({ code }) } })),
          },
        },
        results: findings.map(({ file, finding }) => ({
          ruleId: finding.code,
          ruleIndex: codes.indexOf(finding.code),
          level: finding.severity,
          message: { text: describeFinding(finding) },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: encodeURI(finding.location?.file ?? file) },
                ...(finding.location?.line === undefined
                  ? {}
                  : { region: { startLine: finding.location.line } }),
              },
              logicalLocations: [{ fullyQualifiedName: `${finding.owner} ${finding.type}` }],
            },
          ],
        })),
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

/** A zone in `schemas/verify.schema.json`. */
export function verifyDocument(result: VerifyReport | { readonly error: FailureObject }): object {
  if ('error' in result) return result;
  const { time, firstExpiry, findings, ...rest } = result;
  return {
    ...rest,
    time: printTime(time),
    ...(firstExpiry === undefined
      ? {}
      : { firstExpiry: { ...firstExpiry, time: printTime(firstExpiry.time) } }),
    findings: findings.map((finding) => ({
      ...finding,
      message: describeFinding(finding),
      hint: cureOf(finding),
    })),
  };
}
