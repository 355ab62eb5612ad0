import { canonicalName, nameLength, nameToText, parentName, sameName } from '../dns/name.ts';
import { Type } from '../rr/registry.ts';
import type { DnsRecord } from './dns-client.ts';
import { NSEC3_HASH_LENGTH, NSEC3_SHA1, nsec3Owner, Nsec3Hasher } from './nsec3-hash.ts';
import { compareOctets, signatureProblem, type SignatureCheck } from './rrset-signature.ts';
import { bitmapHas } from './type-bitmap.ts';

const OPT_OUT = 0x01;
/** RFC 9276 section 3.2: more than this need not be computed for anybody. */
const MAX_ITERATIONS = 150;
/** A proof takes three NSEC3 records at the most. */
const MAX_RECORDS = 8;
/** Octets of a hash as a label, with its length. */
const HASH_LABEL = 33;

/**
 * Why the authority section of an answer does not prove that a delegation has no DS (RFC 4035 section 5.2, RFC 5155 sections 8.6 and 8.9);
 * undefined where it does.
 * @param zone the delegated zone
 */
export function absenceProblem(
  zone: Uint8Array,
  authorities: readonly DnsRecord[],
  check: SignatureCheck,
): string | undefined {
  const proofs = authorities.filter(({ type }) => type === Type.NSEC || type === Type.NSEC3);
  const missing = `nothing proves that ${nameToText(zone)} has no DS`;
  if (proofs.length === 0 || proofs.length > MAX_RECORDS) return missing;
  for (const { owner, type } of proofs) {
    const problem = signatureProblem(authorities, owner, type, check);
    if (problem !== undefined) return problem;
  }
  const nsec = proofs.find(({ type, owner }) => type === Type.NSEC && sameName(owner, zone));
  if (nsec !== undefined) {
    const { rdata } = nsec;
    return saysNoDs(rdata, nameLength(rdata)) ? undefined : missing;
  }
  const nsec3 = proofs.filter(({ type }) => type === Type.NSEC3).map((record) => readNsec3(record));
  return nsec3.length > 0 && nsec3Proves(zone, nsec3, check) ? undefined : missing;
}

interface Nsec3 {
  readonly owner: Uint8Array;
  readonly algorithm: number;
  readonly optOut: boolean;
  readonly iterations: number;
  readonly salt: Uint8Array;
  readonly next: Uint8Array;
  readonly rdata: Uint8Array;
  readonly bitmapStart: number;
}

function readNsec3({ owner, rdata }: DnsRecord): Nsec3 {
  const hashLengthAt = 5 + rdata[4]!;
  const bitmapStart = hashLengthAt + 1 + rdata[hashLengthAt]!;
  return {
    owner: canonicalName(owner),
    algorithm: rdata[0]!,
    optOut: (rdata[1]! & OPT_OUT) !== 0,
    iterations: (rdata[2]! << 8) | rdata[3]!,
    salt: rdata.subarray(5, hashLengthAt),
    next: rdata.subarray(hashLengthAt + 1, bitmapStart),
    rdata,
    bitmapStart,
  };
}

function nsec3Proves(zone: Uint8Array, records: readonly Nsec3[], check: SignatureCheck): boolean {
  const [{ salt, iterations }] = records as readonly [Nsec3];
  const isUsable = records.every(
    (record) =>
      record.algorithm === NSEC3_SHA1 &&
      record.iterations === iterations &&
      compareOctets(record.salt, salt) === 0 &&
      record.next.length === NSEC3_HASH_LENGTH,
  );
  if (!isUsable || iterations > MAX_ITERATIONS) return false;
  const hasher = new Nsec3Hasher({ salt, iterations });
  const hashedName = (name: Uint8Array): Uint8Array => nsec3Owner(hasher.hash(name), check.signer);
  const matching = (hashed: Uint8Array): Nsec3 | undefined =>
    records.find(({ owner }) => sameName(owner, hashed));
  const own = matching(hashedName(zone));
  if (own !== undefined) return saysNoDs(own.rdata, own.bitmapStart);
  // Opt-out: an ancestor exists, and the name below it on the way to the zone lies in a span that may leave out delegations.
  for (let nextCloser = zone; !sameName(nextCloser, check.signer); nextCloser = parentName(nextCloser)) {
    if (matching(hashedName(parentName(nextCloser))) === undefined) continue;
    const hashed = hashedName(nextCloser);
    return records.some((record) => record.optOut && covers(record, hashed, check.signer));
  }
  return false;
}

/** Whether a hashed name lies between an NSEC3 record and the next. Base32hex sorts like the octets that it stands for. */
function covers({ owner, next }: Nsec3, hashed: Uint8Array, signer: Uint8Array): boolean {
  const [start, end, name] = [owner, nsec3Owner(next, signer), hashed].map((whole) =>
    whole.subarray(0, HASH_LABEL),
  ) as [Uint8Array, Uint8Array, Uint8Array];
  const isBehindStart = compareOctets(start, name) < 0;
  const isBeforeEnd = compareOctets(name, end) < 0;
  return compareOctets(start, end) < 0 ? isBehindStart && isBeforeEnd : isBehindStart || isBeforeEnd;
}

/** Whether a bitmap is that of a delegation without a DS; one with SOA is of the zone's own side of the cut. */
function saysNoDs(rdata: Uint8Array, bitmapStart: number): boolean {
  const has = (type: number): boolean => bitmapHas(rdata, bitmapStart, rdata.length, type);
  return has(Type.NS) && !has(Type.DS) && !has(Type.SOA);
}
