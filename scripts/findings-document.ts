import { FINDINGS, type FindingKind } from '../src/dnssec/verify/findings.ts';
import { zoneChecks } from '../src/zone/checks.ts';
import { UNMEASURED } from './findings-unmeasured.ts';

/** What programs say of a damaged zone. */
export type Verdict = 'refuses' | 'warns' | 'hangs' | 'unable' | 'accepts';

/** One kind of damage, and what each program says of it. */
export interface Kind {
  readonly name: string;
  readonly codes: readonly string[];
  readonly verdicts: Readonly<Record<string, Verdict>>;
}

/** What was measured. */
export interface Measurement {
  /** Versions of the peers. */
  readonly versions: Readonly<Record<string, string>>;
  /** Damages of signed zones, by the algorithm that they are signed with. */
  readonly signed: readonly { readonly algorithm: string; readonly kinds: readonly Kind[] }[];
  /** Flaws of master files that nobody has signed. */
  readonly unsigned: readonly Kind[];
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
\`src/zone/checks.ts\`; codes are stable across versions. What other checkers report, and under which of these codes, is in
[checks-of-others.md](checks-of-others.md).

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

function peersPart({ versions, signed, unsigned }: Measurement): string {
  const [first, ...others] = signed;
  const programs = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `## Who notices what

\`npm run measure:findings\` damages zones in each of these ways, and asks each program. ✔: it refuses the zone; warns: it accepts the zone, but
says more than of the undamaged one; –: it accepts the zone; hangs: it did not end within five seconds; n/a: it refuses the undamaged zone
(validns knows neither CDS nor ZONEMD, and of these algorithms RSASHA256 alone). Some of these damages break no rule that a program claims to
check. The tests run every kind with six algorithms and every denial of existence.

Programs: ${programs.join(', ')}. kzonecheck runs with \`-d on\` for signed zones, validns with all policies, named-checkzone with \`-i local\` and
everything else that it can be told to fail for.

### Signed zones

Signed with ${first!.algorithm}:

${kindsTable('damage', first!.kinds)}
How many of the damages each program notices, by algorithm (n/a where it cannot read the undamaged zone):

${table(
  ['algorithm', 'damages', ...programsOf(first!.kinds)],
  signed.map(({ algorithm, kinds }) => [
    algorithm,
    String(kinds.length),
    ...programsOf(kinds).map((name) => (canRead(kinds, name) ? String(noticed(kinds, name)) : 'n/a')),
  ]),
)}
${others.map(({ algorithm, kinds }) => differences(first!.algorithm, first!.kinds, algorithm, kinds)).join('\n')}
### Master files

${kindsTable('flaw', unsigned)}
### Not in these tables

What no zone file can bring about by itself:

${table(
  ['codes', 'what it takes beside the zone', 'tests'],
  UNMEASURED.map(({ codes, needs, tests }) => [
    codesText(codes),
    needs,
    tests.map((file) => `\`${file}\``).join(' '),
  ]),
)}`;
}

function kindsTable(head: string, kinds: readonly Kind[]): string {
  const names = programsOf(kinds);
  return table(
    [head, 'our codes', ...names],
    [
      ...kinds.map(({ name, codes, verdicts }) => [
        name,
        codesText(codes),
        ...names.map((program) => MARKS[verdicts[program] ?? 'unable']),
      ]),
      ['**noticed**', '', ...names.map((program) => `**${noticed(kinds, program)} of ${kinds.length}**`)],
    ],
  );
}

/** Where programs say something else of zones that are signed with another algorithm. */
function differences(
  firstAlgorithm: string,
  first: readonly Kind[],
  algorithm: string,
  kinds: readonly Kind[],
): string {
  const rows = kinds.flatMap(({ name, verdicts }) => {
    const before = first.find((kind) => kind.name === name)?.verdicts ?? {};
    return programsOf(kinds)
      .filter((program) => verdicts[program] !== before[program])
      .filter((program) => ![verdicts[program], before[program]].includes('unable'))
      .map((program) => [
        name,
        program,
        MARKS[before[program] ?? 'unable'],
        MARKS[verdicts[program] ?? 'unable'],
      ]);
  });
  if (rows.length === 0) return `With ${algorithm} each says the same as with ${firstAlgorithm}.\n`;
  return `What is different with ${algorithm}:\n\n${table(['damage', 'program', firstAlgorithm, algorithm], rows)}`;
}

function programsOf(kinds: readonly Kind[]): string[] {
  return Object.keys(kinds[0]?.verdicts ?? {});
}

function canRead(kinds: readonly Kind[], program: string): boolean {
  return kinds.some(({ verdicts }) => verdicts[program] !== 'unable');
}

function noticed(kinds: readonly Kind[], program: string): number {
  return kinds.filter(({ verdicts }) => ['refuses', 'warns'].includes(verdicts[program] ?? '')).length;
}

function codesText(codes: readonly string[]): string {
  return codes.map((code) => `\`${code}\``).join(' ');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows];
  return `${lines.map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`).join('\n')}\n`;
}
