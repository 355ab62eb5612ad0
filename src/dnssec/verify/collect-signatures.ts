import { LOWER_CASE, parentName } from '../../dns/name.ts';
import { serialGreater } from '../../dns/serial.ts';
import { Type, typeName } from '../../rr/registry.ts';
import { OwnerStatus, type Zone } from '../../zone/zone.ts';
import { RRSIG_FIXED_LENGTH, rrsigLabels, RrsigOffset, u16At, u32At } from '../rrsig.ts';
import { isSignedType, type VerifyContext } from './context.ts';
import { VerificationJobs } from './signature-jobs.ts';
import type { ZoneKey } from './zone-keys.ts';

/** What is wrong with a signature before any cryptography. */
export const SignatureDefect = {
  None: 0,
  SignerName: 1,
  Labels: 2,
  UnknownKey: 3,
  /** No defect of the signature: nobody here can verify it. */
  Unsupported: 4,
  Expired: 5,
  NotYetValid: 6,
  ValidityPeriod: 7,
  /** Validators give up before they come to it. */
  TooManyTries: 8,
} as const;

/**
 * How many pairs of signature and key are tried for one RRset and algorithm; expired signatures and the like count apart, because validators
 * do not try them. It is Unbound's limit: without one, keys with one tag make work of keys times signatures (CVE-2023-50387).
 */
export const MAX_TRIES = 8;

/** `[first, end)` of the list of keys. */
interface KeyRange {
  readonly first: number;
  end: number;
}

/**
 * Lists the signatures of the zone that are to be verified, with what can be seen of them without cryptography (RFC 4035 section 5.3.1),
 * and reports those over what must not be signed.
 */
export function collectSignatures(context: VerifyContext, keys: readonly ZoneKey[]): VerificationJobs {
  const { zone } = context;
  let capacity = 0;
  for (let rrset = 0; rrset < zone.rrsetCount; rrset++) {
    if (zone.rrsetTypes[rrset] === Type.RRSIG)
      capacity += zone.rrsetRecords[rrset + 1]! - zone.rrsetRecords[rrset]!;
  }
  const collector = new SignatureCollector(context, keys, capacity);
  for (let rank = 0; rank < zone.ownerCount; rank++) collector.addOwner(rank);
  return collector.jobs;
}

class SignatureCollector {
  readonly jobs: VerificationJobs;
  readonly #context: VerifyContext;
  readonly #keys: readonly ZoneKey[];
  readonly #keyRanges: ReadonlyMap<number, KeyRange>;
  readonly #rdata: Uint8Array;
  readonly #at: number;
  /** Pairs of signature and key that are tried so far, of the last RRset and algorithm. */
  #tries = { rrset: -1, algorithm: -1, current: 0, other: 0 };

  constructor(context: VerifyContext, keys: readonly ZoneKey[], capacity: number) {
    this.#context = context;
    this.#keys = keys;
    this.#keyRanges = keyRanges(keys);
    this.#rdata = context.zone.store.rdata.bytes;
    this.#at = context.options.at >>> 0;
    this.jobs = new VerificationJobs(capacity, context.zone.records, context.zone.zoneClass);
  }

  /** RRSIGs of an owner are in the order of the types they cover, as its RRsets are: both are walked side by side. */
  addOwner(rank: number): void {
    const { zone } = this.#context;
    const signatures = zone.findRrset(rank, Type.RRSIG);
    if (signatures < 0) return;
    const status = zone.ownerStatus[rank]!;
    const ownerOffset = zone.store.names.offsets[zone.ownerNames[rank]!]!;
    const labels = rrsigLabels(zone.store.names.wire.bytes, ownerOffset);
    const endRrset = zone.ownerRrsets[rank + 1]!;
    let rrset = zone.ownerRrsets[rank]!;
    const end = zone.rrsetRecords[signatures + 1]!;
    for (let position = zone.rrsetRecords[signatures]!; position < end; position++) {
      const record = zone.records[position]!;
      const start = zone.store.rdataOffsets[record]!;
      const covered = u16At(this.#rdata, start + RrsigOffset.TypeCovered);
      while (rrset < endRrset && zone.rrsetTypes[rrset]! < covered) rrset++;
      if (rrset === endRrset || zone.rrsetTypes[rrset] !== covered || !isSignedType(status, covered)) {
        this.#reportForbidden(rank, record, start, covered, rrset);
      } else this.#addSignature(rank, rrset, record, start, labels);
    }
  }

  #addSignature(rank: number, rrset: number, record: number, start: number, labels: number): void {
    const keyTag = u16At(this.#rdata, start + RrsigOffset.KeyTag);
    const algorithm = this.#rdata[start + RrsigOffset.Algorithm]!;
    const { first, end } = this.#keyRanges.get(keyId(algorithm, keyTag)) ?? NO_KEY;
    const defect = this.#defect(start, labels, this.#keys[first]);
    const useless = defect !== SignatureDefect.None && defect < SignatureDefect.Expired;
    const isTried = !useless && this.#mayTry(rrset, algorithm, defect, end - first);
    const row = this.jobs.add(this.#context.zone, rrset, record, first, isTried ? end : first);
    this.jobs.rows.defects[row] = useless || isTried ? defect : SignatureDefect.TooManyTries;
    this.#checkTtls(rank, rrset, record, start);
  }

  /** Whether so many keys more may be tried for an RRset. Its signatures come in the order of their algorithms. */
  #mayTry(rrset: number, algorithm: number, defect: number, keys: number): boolean {
    if (this.#tries.rrset !== rrset || this.#tries.algorithm !== algorithm)
      this.#tries = { rrset, algorithm, current: 0, other: 0 };
    const kind = defect === SignatureDefect.None ? 'current' : 'other';
    this.#tries[kind] += keys;
    return this.#tries[kind] <= MAX_TRIES;
  }

  #defect(start: number, labels: number, key: ZoneKey | undefined): number {
    if (!this.#isSignedByZone(start + RRSIG_FIXED_LENGTH)) return SignatureDefect.SignerName;
    if (this.#rdata[start + RrsigOffset.Labels] !== labels) return SignatureDefect.Labels;
    if (key === undefined) return SignatureDefect.UnknownKey;
    if (!key.supported) return SignatureDefect.Unsupported;
    const expiration = u32At(this.#rdata, start + RrsigOffset.Expiration);
    const inception = u32At(this.#rdata, start + RrsigOffset.Inception);
    if (serialGreater(inception, expiration)) return SignatureDefect.ValidityPeriod;
    if (serialGreater(this.#at, expiration)) return SignatureDefect.Expired;
    if (serialGreater(inception, this.#at)) return SignatureDefect.NotYetValid;
    return SignatureDefect.None;
  }

  #isSignedByZone(signer: number): boolean {
    const { origin } = this.#context.zone;
    for (let i = 0; i < origin.length; i++) {
      if (LOWER_CASE[this.#rdata[signer + i]!] !== origin[i]) return false;
    }
    return true;
  }

  /** The TTL of an RRSIG is that of its RRset (RFC 4035 section 2.2), and so is its Original TTL field (RFC 4034 section 3.1.4). */
  #checkTtls(rank: number, rrset: number, record: number, start: number): void {
    const { zone } = this.#context;
    const ttl = zone.rrsetTtls[rrset]!;
    const originalTtl = u32At(this.#rdata, start + RrsigOffset.OriginalTtl);
    const rrsigTtl = zone.store.ttls[record]!;
    if (originalTtl === ttl && rrsigTtl === ttl) return;
    const place = { ...this.#context.rrsetPlace(rank, rrset), record };
    const details = { ...this.#keyOf(start), expected: String(ttl) };
    if (originalTtl !== ttl) {
      this.#context.report('rrsig/original-ttl', place, { ...details, found: String(originalTtl) });
    }
    if (rrsigTtl !== ttl) this.#context.report('rrsig/ttl', place, { ...details, found: String(rrsigTtl) });
  }

  #reportForbidden(rank: number, record: number, start: number, covered: number, rrset: number): void {
    const context = this.#context;
    const { zone } = context;
    const isThere = zone.rrsetTypes[rrset] === covered && rrset < zone.ownerRrsets[rank + 1]!;
    const place = { owner: zone.ownerOf(rank), type: covered, record };
    const details = { ...this.#keyOf(start), found: `a signature over ${typeName(covered)}` };
    if (covered === Type.RRSIG) context.report('rrsig/over-rrsig', place, details);
    else if (!isThere) context.report('rrsig/orphan', place, details);
    else if (zone.ownerStatus[rank] === OwnerStatus.Delegation)
      context.report('rrsig/over-delegation', place, details);
    else
      context.report(
        isBelowCut(zone, place.owner) ? 'rrsig/over-occluded' : 'rrsig/below-dname',
        place,
        details,
      );
  }

  #keyOf(start: number): { keyTag: number; algorithm: number } {
    return {
      keyTag: u16At(this.#rdata, start + RrsigOffset.KeyTag),
      algorithm: this.#rdata[start + RrsigOffset.Algorithm]!,
    };
  }
}

/** Whether a name is below a zone cut (and not only below a DNAME). */
function isBelowCut(zone: Zone, owner: Uint8Array): boolean {
  for (let name = parentName(owner); name.length > zone.origin.length; name = parentName(name)) {
    if (zone.findRrset(zone.rankOf(name), Type.NS) >= 0) return true;
  }
  return false;
}

/** Beyond all lists of keys. */
const NO_KEY: KeyRange = { first: 0xffff, end: 0xffff };

function keyId(algorithm: number, keyTag: number): number {
  return algorithm * 0x10000 + keyTag;
}

/** Where the keys of each algorithm and tag are, which are neighbours. */
function keyRanges(keys: readonly ZoneKey[]): Map<number, KeyRange> {
  const ranges = new Map<number, KeyRange>();
  keys.forEach(({ algorithm, keyTag }, i) => {
    const id = keyId(algorithm, keyTag);
    const range = ranges.get(id);
    if (range === undefined) ranges.set(id, { first: i, end: i + 1 });
    else range.end = i + 1;
  });
  return ranges;
}
