import packageJson from '../../package.json' with { type: 'json' };
import type { VerifyReport } from '../commands/verify.ts';
import { describeFinding } from '../dnssec/verify/findings.ts';
import { describeOthers, shownFindings, type FormatOptions } from './verify-shown.ts';

/** SARIF 2.1.0, as code scanning services read it. */
export function sarif(reports: readonly VerifyReport[], options: FormatOptions): string {
  const findings = reports.flatMap((report) =>
    shownFindings(report, options).map((finding) => ({ file: report.file, finding })),
  );
  const rules = new Map(findings.map(({ finding }) => [finding.code, finding]));
  const codes = [...rules.keys()].sort();
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: packageJson.name,
            version: packageJson.version,
            rules: codes.map((code) => {
              const { meaning, cure, severity, reference } = rules.get(code)!;
              return {
                id: code,
                shortDescription: { text: meaning },
                fullDescription: { text: `${meaning} (${reference})` },
                ...(cure === '' ? {} : { help: { text: cure } }),
                defaultConfiguration: { level: severity },
              };
            }),
          },
        },
        results: findings.map(({ file, finding }) => {
          const others = describeOthers(finding);
          return {
            ruleId: finding.code,
            ruleIndex: codes.indexOf(finding.code),
            level: finding.severity,
            message: { text: `${describeFinding(finding)}${others === '' ? '' : `; and ${others}`}` },
            occurrenceCount: finding.count,
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
          };
        }),
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}
