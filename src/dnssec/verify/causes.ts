import { parseTime, printDuration, printTime } from '../../dns/time.ts';
import { Type, typeName } from '../../rr/registry.ts';
import type { VerifyContext } from './context.ts';
import type { Finding, FindingCode } from './findings.ts';

/** One thing that is wrong, and every finding that there is because of it. */
export interface Cause {
  readonly root: Finding;
  /** At least one; the root itself is among them unless it was inferred. */
  readonly members: readonly Finding[];
}

/** Finds a cause among findings that have none yet; undefined where there is no such cause. */
type Explanation = (findings: readonly Finding[], context: VerifyContext) => Cause | undefined;

/** What is wrong with the zone, each thing once: errors first, then warnings and notes; each in the order of the checks. */
export function findCauses(context: VerifyContext): Cause[] {
  const causes: Cause[] = [];
  let rest: readonly Finding[] = context.findings;
  for (const explain of EXPLANATIONS) {
    for (let cause = explain(rest, context); cause !== undefined; cause = explain(rest, context)) {
      causes.push(cause);
      const explained = new Set(cause.members);
      rest = rest.filter((finding) => !explained.has(finding));
    }
  }
  causes.push(...sameCode(rest));
  const position = new Map(context.findings.map((finding, index) => [finding, index]));
  const orderOf = ({ root, members }: Cause): number =>
    SEVERITIES.indexOf(root.severity) * context.findings.length + position.get(members[0]!)!;
  return causes.sort((a, b) => orderOf(a) - orderOf(b));
}

export const SEVERITIES = ['error', 'warning', 'note'] as const;

/** What breaks when no signature over the DNSKEY RRset is valid. */
const WITHOUT_TRUSTED_KEYS = codes('dnskey/not-self-signed', 'ds/no-match', 'anchor/no-match', 'cds/signer');

/** Findings of the first kind bring those of the second with them. */
const CONSEQUENCES: readonly (readonly [root: FindingCode, consequences: ReadonlySet<string>])[] = [
  ['dnskey/many-same-tag', codes('rrsig/too-many-tries')],
  ['ds/no-match', codes('ds/revoked')],
  ['nsec3/no-param', codes('nsec3/bitmap', 'nsec3/param-without-chain')],
  ['nsec3/missing', codes('nsec3/next')],
  ['nsec3/orphan', codes('nsec3/next')],
  ['cds/no-match', codes('cds/disagree')],
  ['cds/delete', codes('cds/disagree')],
  ['zonemd/serial', codes('zonemd/digest')],
  ['rrsig/over-occluded', codes('zone/occluded', 'nsec/occluded')],
  ['nsec/occluded', codes('zone/occluded', 'zone/below-dname')],
  ['rrsig/below-dname', codes('zone/below-dname')],
  ['zone/mixed-ttls', codes('rrsig/original-ttl', 'rrsig/ttl')],
];

/** What an edit after signing does to signatures, and to denial of existence and the digest. */
const EDITED_DATA = codes(
  'rrsig/invalid',
  'rrsig/missing',
  'rrsig/orphan',
  'rrsig/original-ttl',
  'rrsig/ttl',
  'zone/mixed-ttls',
);
const EDITED_NAMES = codes(
  'nsec/bitmap',
  'nsec/missing',
  'nsec/next',
  'nsec/no-data',
  'nsec3/bitmap',
  'nsec3/missing',
  'nsec3/next',
  'nsec3/orphan',
  'nsec3/opt-out',
  'nsec3/opt-out-secure',
);
const EDITED_DIGEST = codes('zonemd/digest', 'zonemd/serial');

/** Wrong time zones are off by less than a day. */
const CLOCK_ERROR = 86400;

const EXPLANATIONS: readonly Explanation[] = [
  slowClock,
  clock('rrsig/not-yet-valid'),
  clock('rrsig/expired'),
  missingKey,
  unsignedKeys,
  editedZone,
  ...CONSEQUENCES.map(([root, consequences]): Explanation => consequence(root, consequences)),
];

/** A time that makes the signatures over the DNSKEY RRset invalid too takes everything down. */
function clock(code: FindingCode): Explanation {
  return (findings) => {
    const failed = findings.filter((finding) => finding.code === code);
    if (!failed.some(({ type }) => type === typeName(Type.DNSKEY))) return undefined;
    const members = findings.filter(
      (finding) => finding.code === code || WITHOUT_TRUSTED_KEYS.has(finding.code),
    );
    return { root: failed[0]!, members };
  };
}

/** Signatures that begin soon are not early: the clock of whoever made them, or the one here, is wrong. */
function slowClock(findings: readonly Finding[], context: VerifyContext): Cause | undefined {
  const early = findings.filter(({ code }) => code === 'rrsig/not-yet-valid');
  if (!early.some(({ type }) => type === typeName(Type.DNSKEY))) return undefined;
  const { at } = context.options;
  const ahead = early.reduce((most, { found }) => Math.max(most, parseTime(found, at) - at), 0);
  if (ahead > CLOCK_ERROR) return undefined;
  const root = context.finding('timing/clock', context.apexPlace(Type.DNSKEY), {
    found: `signatures that begin in ${printDuration(ahead)}`,
    expected: `${printTime(at)} or earlier`,
  });
  return { root, members: [...early, ...findings.filter(({ code }) => WITHOUT_TRUSTED_KEYS.has(code))] };
}

/** Several RRsets are signed by one key that is not published, and by no other. */
function missingKey(findings: readonly Finding[], context: VerifyContext): Cause | undefined {
  const unsigned = new Map<string, Finding>();
  for (const finding of findings) {
    if (finding.code === 'rrsig/missing' || finding.code === 'rrsig/missing-algorithm')
      unsigned.set(placeOf(finding), finding);
  }
  if (unsigned.size < 2) return undefined;
  const byKey = new Map<string, Finding[]>();
  for (const finding of findings) {
    if (finding.code !== 'rrsig/unknown-key') continue;
    const key = `${finding.algorithm ?? 0} ${finding.keyTag ?? 0}`;
    const ofKey = byKey.get(key);
    if (ofKey === undefined) byKey.set(key, [finding]);
    else ofKey.push(finding);
  }
  for (const signatures of byKey.values()) {
    const left = signatures.flatMap((finding) => unsigned.get(placeOf(finding)) ?? []);
    if (left.length < 2) continue;
    const { keyTag, algorithm } = signatures[0]!;
    const root = context.finding('dnskey/missing', context.apexPlace(Type.DNSKEY), {
      ...(keyTag === undefined ? {} : { keyTag }),
      ...(algorithm === undefined ? {} : { algorithm }),
      found: `signatures over ${signatures.length} RRsets`,
      expected: 'its DNSKEY',
    });
    return { root, members: [...left, ...signatures, ...brokenKeys(findings)] };
  }
  return undefined;
}

/** What is wrong with a DNSKEY RRset that a key was taken from after it was signed; nothing where its signature still fits, or has another fault. */
function brokenKeys(findings: readonly Finding[]): Finding[] {
  const unsigned = findings.find(({ code }) => code === 'dnskey/not-self-signed');
  if (unsigned === undefined) return [];
  const reasons = reasonsOf(unsigned, findings);
  if (reasons.length === 0 || reasons.some(({ code }) => code !== 'rrsig/invalid')) return [];
  return [...reasons, ...findings.filter(({ code }) => WITHOUT_TRUSTED_KEYS.has(code))];
}

/** Findings about the signatures of an RRset. */
function reasonsOf({ type, owner }: Finding, findings: readonly Finding[]): Finding[] {
  return findings.filter(
    (finding) => finding.code.startsWith('rrsig/') && finding.type === type && finding.owner === owner,
  );
}

/** Where no signature over the DNSKEY RRset is good, what is wrong with each of them is the reason. */
function unsignedKeys(findings: readonly Finding[]): Cause | undefined {
  const root = findings.find(({ code }) => code === 'dnskey/not-self-signed');
  if (root === undefined) return undefined;
  const members = [
    ...reasonsOf(root, findings),
    ...findings.filter((finding) => WITHOUT_TRUSTED_KEYS.has(finding.code)),
  ];
  return { root, members };
}

/** Signatures that do not fit, together with names or types that the chain does not know (or an SOA that was not signed again). */
function editedZone(findings: readonly Finding[], context: VerifyContext): Cause | undefined {
  const data = findings.filter(({ code }) => EDITED_DATA.has(code));
  if (data.length === 0) return undefined;
  const names = findings.filter(({ code }) => EDITED_NAMES.has(code));
  const isSoa = data.some(({ code, type }) => code === 'rrsig/invalid' && type === typeName(Type.SOA));
  if (names.length === 0 && !(isSoa && data.length > 1)) return undefined;
  const digest = findings.filter(({ code }) => EDITED_DIGEST.has(code));
  const place = context.apexPlace(Type.SOA);
  const found = `${data.length} signatures and ${names.length} records of the chain that do not fit`;
  return { root: context.finding('zone/edited', place, { found }), members: [...data, ...names, ...digest] };
}

function consequence(code: FindingCode, consequences: ReadonlySet<string>): Explanation {
  return (findings) => {
    const roots = findings.filter((finding) => finding.code === code);
    const others = findings.filter((finding) => consequences.has(finding.code));
    return roots.length === 0 || others.length === 0
      ? undefined
      : { root: roots[0]!, members: [...roots, ...others] };
  };
}

/** What has no other explanation is one thing for each code. */
function sameCode(findings: readonly Finding[]): Cause[] {
  const byCode = new Map<string, Finding[]>();
  for (const finding of findings) {
    const ofCode = byCode.get(finding.code);
    if (ofCode === undefined) byCode.set(finding.code, [finding]);
    else ofCode.push(finding);
  }
  return [...byCode.values()].map((members) => ({ root: members[0]!, members }));
}

function placeOf({ owner, type }: Finding): string {
  return `${owner} ${type}`;
}

function codes(...list: readonly string[]): ReadonlySet<string> {
  return new Set(list);
}
