import { sameOctets } from '../dns/octets.ts';
import { toHex } from '../dns/encoding.ts';
import { algorithmLabel } from '../dnssec/algorithms.ts';
import type { Crypto } from '../dnssec/crypto.ts';
import { digestTypeByNumber, dsMatches, readDs, type Ds } from '../dnssec/ds.ts';
import { keyTag } from '../dnssec/key-tag.ts';
import type { SignedKeys } from './zone-file-keys.ts';

/** One zone with what should stand at its parent, and the keys that a validator finds in it. */
export interface DsSubject extends SignedKeys {
  /** RDATA of the DS records. */
  readonly expected: readonly Uint8Array[];
}

/** How the DS at the parent differ from those that should stand there. */
export type DsFindingKind = 'outage' | 'missing' | 'extra' | 'wrong-digest' | 'no-dnskey';

export interface DsFinding {
  readonly kind: DsFindingKind;
  /** A note is no difference: a DS may stand before its DNSKEY comes, or after it went. */
  readonly severity: 'error' | 'note';
  readonly message: string;
  readonly algorithm: number;
  readonly digestType: number;
  /** The record that it is about; none for an outage, which is about all of a pair of algorithm and digest type. */
  readonly record?: Ds;
}

/** Compares the DS records at the parent with what should stand there and with the DNSKEYs that they stand for. Errors come first. */
export function compareDs(
  { zone, keys, signers, expected }: DsSubject,
  served: readonly Uint8Array[],
  crypto: Crypto,
): DsFinding[] {
  const matches = (record: Uint8Array, key: Uint8Array): boolean =>
    dsMatches(record, zone, key, crypto) === true;
  const outages = brokenPairs(served, signers, matches);
  const isWrong = (record: Uint8Array): boolean => {
    const { keyTag: tag, algorithm } = readDs(record);
    if (!canCompute(record) || contains(expected, record) || keys.some((key) => matches(record, key)))
      return false;
    return (
      expected.some((wanted) => sameOctets(wanted.subarray(0, HEADER), record.subarray(0, HEADER))) ||
      keys.some((key) => keyTag(key) === tag && key[3] === algorithm)
    );
  };
  const judge = (record: Uint8Array): DsFinding | undefined => {
    if (isWrong(record)) return finding('wrong-digest', record);
    if (canCompute(record) && !keys.some((key) => matches(record, key))) {
      const breaks = outages.some((pair) => isOfPair(record, pair));
      return { ...finding('no-dnskey', record), severity: breaks ? 'error' : 'note' };
    }
    return contains(expected, record) ? undefined : finding('extra', record);
  };
  const missing = expected.filter(
    (wanted) =>
      !contains(served, wanted) &&
      !served.some(
        (record) => isWrong(record) && sameOctets(record.subarray(0, HEADER), wanted.subarray(0, HEADER)),
      ),
  );
  const findings = [
    ...outages.map(outage),
    ...missing.map((record) => finding('missing', record)),
    ...served.flatMap((record) => judge(record) ?? []),
  ];
  return findings.sort((a, b) => Number(a.severity === 'note') - Number(b.severity === 'note'));
}

/** Octets of a DS in front of the digest. */
const HEADER = 4;

const WORDS = {
  missing: 'is missing: let the parent add it',
  extra: 'should not be there: let the parent remove it',
  'wrong-digest': 'has another digest than the key with this tag: let the parent replace it',
  'no-dnskey': 'has no DNSKEY in the zone',
} as const;

function finding(kind: keyof typeof WORDS, rdata: Uint8Array): DsFinding {
  const record = readDs(rdata);
  const { keyTag: tag, algorithm, digestType, digest } = record;
  const message = `DS ${tag} ${algorithm} ${digestType} ${toHex(digest)} ${WORDS[kind]}`;
  return { kind, severity: 'error', message, algorithm, digestType, record };
}

type Pair = Pick<Ds, 'algorithm' | 'digestType'>;

function outage({ algorithm, digestType }: Pair): DsFinding {
  return {
    kind: 'outage',
    severity: 'error',
    message: `OUTAGE: no DS of ${algorithmLabel(algorithm)} with digest type ${digestType} matches a key that signs the DNSKEY RRset: validators may refuse the whole zone`,
    algorithm,
    digestType,
  };
}

/** Pairs for which no DS matches a key that signs: a validator may look at that pair alone (RFC 4509 section 3). */
function brokenPairs(
  served: readonly Uint8Array[],
  signers: readonly Uint8Array[],
  matches: (record: Uint8Array, key: Uint8Array) => boolean,
): Pair[] {
  const pairs = new Map<string, Pair>();
  for (const record of served.filter(canCompute)) {
    const { algorithm, digestType } = readDs(record);
    pairs.set(`${algorithm} ${digestType}`, { algorithm, digestType });
  }
  const isTrusted = (record: Uint8Array): boolean => signers.some((key) => matches(record, key));
  return [...pairs.values()].filter(
    (pair) => !served.some((record) => isOfPair(record, pair) && isTrusted(record)),
  );
}

function isOfPair(record: Uint8Array, { algorithm, digestType }: Pair): boolean {
  const other = readDs(record);
  return other.algorithm === algorithm && other.digestType === digestType;
}

/** Of an unknown digest type nobody can tell what it stands for. */
function canCompute(record: Uint8Array): boolean {
  return digestTypeByNumber(readDs(record).digestType) !== undefined;
}

function contains(records: readonly Uint8Array[], wanted: Uint8Array): boolean {
  return records.some((record) => sameOctets(record, wanted));
}
