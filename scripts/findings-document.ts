import { FINDINGS, type FindingKind } from '../src/dnssec/verify/findings.ts';
import { zoneChecks } from '../src/zone/checks.ts';

/** What programs say of a damaged zone. */
export type Verdict = 'refuses' | 'warns' | 'hangs' | 'unable' | 'accepts';

/** What was measured: for each kind of damage, what each program says. */
export interface Measurement {
  /** The programs with their versions. */
  readonly programs: Readonly<Record<string, string>>;
  readonly kinds: readonly {
    readonly group: string;
    readonly name: string;
    readonly codes: readonly string[];
    readonly verdicts: Readonly<Record<string, Verdict>>;
  }[];
}

const MARKS: Readonly<Record<Verdict, string>> = {
  refuses: '✔',
  warns: 'warns',
  hangs: 'hangs',
  unable: 'n/a',
  accepts: '–',
};

/** The text of `docs/findings.md`, from the tables that the program uses and from what was measured. */
export function findingsDocument(measurement: Measurement): string {
  return `# Findings

What \`verify\` can find. This file is made by \`npm run docs:findings\` from the tables in \`src/dnssec/verify/findings.ts\` and
\`src/zone/checks.ts\`; codes are stable across versions.

An **error** is what some validator or parent refuses, or what breaks a MUST of DNSSEC: \`verify\` exits 1. A **warning** validates,
but is wrong or dangerous. A **note** is worth knowing.

Findings with one cause are told as one, with how many there are; \`--all-findings\` tells each. Where \`--ds\` is not given, \`--previous\` assumes
that the parent has the DS of the keys with the SEP flag that sign the DNSKEY RRset of the previous version, or, where none has the flag, of all
keys that sign it.

## Signed zones

${table(
  ['code', 'severity', 'meaning', 'where the rule is', 'cure'],
  Object.entries<FindingKind>(FINDINGS).map(([code, { severity, meaning, reference, cure }]) => [
    `\`${code}\``,
    severity,
    meaning,
    reference,
    cure,
  ]),
)}
## Content of zones

Rules about any zone, signed or not: \`verify --unsigned\` checks them, and \`sign\` refuses what is an error. In a signed zone they are errors only
where servers would not load the zone, because validators do not mind the others.

${table(
  ['code', 'severity', 'rule', 'where it is', 'cure'],
  zoneChecks.map(({ code, severity, rule, reference, hint }) => [
    `\`${code}\``,
    severity,
    rule,
    reference,
    hint ?? '',
  ]),
)}
${peersPart(measurement)}`;
}

function peersPart({ programs, kinds }: Measurement): string {
  const names = Object.keys(programs);
  const noticed = names.map(
    (name) => kinds.filter(({ verdicts }) => ['refuses', 'warns'].includes(verdicts[name] ?? '')).length,
  );
  const versions = names.map((name) => `${name} ${programs[name] ?? ''}`.trim()).join(', ');
  return `## Who notices what

\`npm run measure:findings\` signs a zone (RSASHA256, because validns knows no ECDSA), damages it in each of these ways, and asks each program.
✔: it refuses the zone; warns: it accepts the zone, but says more than of the undamaged one; –: it accepts the zone; hangs: it\ndid not end within five seconds; n/a: it refuses\nthe undamaged zone (validns knows neither CDS and ZONEMD nor ECDSA). Some of these
damages break no rule that a program claims to check. The tests run every kind with six algorithms and every denial of existence that it applies to.

Programs: ${versions}.

${table(
  ['damage', 'our codes', ...names],
  [
    ...kinds.map(({ group, name, codes, verdicts }) => [
      `${group}: ${name}`,
      codes.map((code) => `\`${code}\``).join(' '),
      ...names.map((program) => MARKS[verdicts[program] ?? 'accepts']),
    ]),
    ['**noticed**', '', ...noticed.map((count) => `**${count} of ${kinds.length}**`)],
  ],
)}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows];
  return `${lines.map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`).join('\n')}\n`;
}
