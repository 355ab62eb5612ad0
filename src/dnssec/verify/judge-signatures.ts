import { nameToText } from '../../dns/name.ts';
import { printTime } from '../../dns/time.ts';
import { Type, typeName } from '../../rr/registry.ts';
import { algorithmLabel } from '../algorithms.ts';
import { readRrsig, rrsigLabels, RrsigOffset, u32At, type Rrsig } from '../rrsig.ts';
import { MAX_TRIES, SignatureDefect } from './collect-signatures.ts';
import { isSignedType, type Details, type Place, type VerifyContext } from './context.ts';
import { FINDINGS, type FindingCode } from './findings.ts';
import { MADE_BY, NOT_MADE, type VerificationJobs, type VerificationRows } from './signature-jobs.ts';
import { isKeyType } from '../key-types.ts';
import { requiredAlgorithms, type ZoneKey } from './zone-keys.ts';

const DAY = 86400;
const LONG_VALIDITY = 183 * DAY;
/** By how many seconds the clocks of validators are commonly wrong. */
const CLOCK_SKEW = 300;

/** The end of the first signature that the zone cannot do without. */
export interface FirstExpiry {
  /** In epoch seconds. */
  readonly time: number;
  readonly owner: string;
  readonly type: string;
}

export interface SignatureSummary {
  /** Signatures that cryptography has seen. */
  readonly verified: number;
  readonly firstExpiry: FirstExpiry | undefined;
  /** The keys with a valid signature over an RRset of the apex. */
  readonly signersOf: (type: number) => readonly ZoneKey[];
}

/**
 * Judges the verified signatures RRset by RRset: each one that fails is reported, and each RRset that lacks a valid one of some algorithm of
 * the DNSKEY RRset (RFC 4035 section 2.2).
 */
export function judgeSignatures(
  context: VerifyContext,
  keys: readonly ZoneKey[],
  jobs: VerificationJobs,
): SignatureSummary {
  const judge = new SignatureJudge(context, keys, jobs);
  const { zone } = context;
  let row = 0;
  for (let rank = 0; rank < zone.ownerCount; rank++) {
    const status = zone.ownerStatus[rank]!;
    const endRrset = zone.ownerRrsets[rank + 1]!;
    for (let rrset = zone.ownerRrsets[rank]!; rrset < endRrset; rrset++) {
      if (!isSignedType(status, zone.rrsetTypes[rrset]!)) continue;
      const first = row;
      while (row < jobs.count && jobs.rows.rrsets[row] === rrset) row++;
      judge.judgeRrset(rank, rrset, first, row);
    }
  }
  return judge.summary();
}

type Failure = Details & { readonly code: FindingCode };

class SignatureJudge {
  readonly #context: VerifyContext;
  readonly #keys: readonly ZoneKey[];
  readonly #rows: VerificationRows;
  readonly #rowCount: number;
  readonly #required: readonly number[];
  readonly #rdata: Uint8Array;
  readonly #at: number;
  readonly #minimumExpiry: number;
  #verified = 0;
  #firstExpiry = Number.POSITIVE_INFINITY;
  #firstToExpire = -1;

  constructor(context: VerifyContext, keys: readonly ZoneKey[], jobs: VerificationJobs) {
    this.#context = context;
    this.#keys = keys;
    this.#rows = jobs.rows;
    this.#rowCount = jobs.count;
    this.#required = requiredAlgorithms(keys);
    this.#rdata = context.zone.store.rdata.bytes;
    this.#at = context.options.at;
    this.#minimumExpiry = this.#at + (context.options.minimumValidity ?? 0);
  }

  /** Judges the signatures of an RRset, which are rows `[first, end)`. */
  judgeRrset(rank: number, rrset: number, first: number, end: number): void {
    for (let row = first; row < end; row++) {
      if (this.#rows.firstKeys[row] !== this.#rows.endKeys[row]) this.#verified++;
    }
    // By far the most RRsets have one algorithm and one good signature.
    if (end - first === 1 && this.#required.length === 1 && this.#isValid(first)) {
      this.#noteExpiry(rank, rrset, first);
      return;
    }
    let anyValid = false;
    let anyBroken = false;
    const missing: number[] = [];
    for (const algorithm of this.#required) {
      const best = this.#longestValid(algorithm, first, end);
      if (best >= 0) this.#noteExpiry(rank, rrset, best);
      const covered = best >= 0 || this.#hasUnsupported(algorithm, first, end);
      let broken = false;
      for (let row = first; row < end; row++) {
        if (this.#algorithmOf(row) === algorithm && this.#reportFailures(rank, rrset, row, covered))
          broken = true;
      }
      anyValid ||= covered;
      anyBroken ||= broken;
      if (!covered && !broken) missing.push(algorithm);
    }
    for (let row = first; row < end; row++) {
      if (!this.#required.includes(this.#algorithmOf(row))) this.#reportFailures(rank, rrset, row, true);
    }
    this.#reportDuplicates(rank, rrset, first, end);
    if (missing.length === 0) return;
    const place = this.#context.rrsetPlace(rank, rrset);
    if (!anyValid && !anyBroken) {
      const expected = missing.map((algorithm) => algorithmLabel(algorithm)).join(' and ');
      this.#context.report('rrsig/missing', place, { expected: `a signature by ${expected}` });
      return;
    }
    for (const algorithm of missing) {
      const expected = `a signature by ${algorithmLabel(algorithm)}`;
      this.#context.report('rrsig/missing-algorithm', place, { algorithm, expected });
    }
  }

  summary(): SignatureSummary {
    const { zone } = this.#context;
    const row = this.#firstToExpire;
    return {
      verified: this.#verified,
      firstExpiry:
        row < 0
          ? undefined
          : {
              time: this.#firstExpiry,
              owner: nameToText(zone.store.names.wire.bytes, this.#rows.ownerOffsets[row]),
              type: typeName(this.#rows.types[row]!),
            },
      signersOf: (type) => this.#signersOf(zone.apexRrset(type)),
    };
  }

  #signersOf(rrset: number): ZoneKey[] {
    const signers: ZoneKey[] = [];
    for (let row = 0; row < this.#rowCount; row++) {
      if (this.#rows.rrsets[row] !== rrset || this.#rows.defects[row] !== SignatureDefect.None) continue;
      const key = this.#madeBy(row);
      if (key !== undefined && !signers.includes(key)) signers.push(key);
    }
    return signers;
  }

  #madeBy(row: number): ZoneKey | undefined {
    const outcome = this.#rows.outcomes[row]!;
    return outcome < MADE_BY ? undefined : this.#keys[outcome - MADE_BY];
  }

  #isValid(row: number): boolean {
    return this.#rows.defects[row] === SignatureDefect.None && this.#madeBy(row)?.signsZone === true;
  }

  /** The valid signature by the algorithm that expires last, or -1. */
  #longestValid(algorithm: number, first: number, end: number): number {
    let best = -1;
    for (let row = first; row < end; row++) {
      if (this.#algorithmOf(row) !== algorithm || !this.#isValid(row)) continue;
      if (best < 0 || this.#expirationOf(row) > this.#expirationOf(best)) best = row;
    }
    return best;
  }

  #hasUnsupported(algorithm: number, first: number, end: number): boolean {
    for (let row = first; row < end; row++) {
      if (this.#algorithmOf(row) === algorithm && this.#rows.defects[row] === SignatureDefect.Unsupported)
        return true;
    }
    return false;
  }

  #noteExpiry(rank: number, rrset: number, row: number): void {
    const expiration = this.#expirationOf(row);
    if (expiration < this.#firstExpiry) {
      this.#firstExpiry = expiration;
      this.#firstToExpire = row;
    }
    this.#checkDuration(rank, rrset, row, expiration);
    if (expiration >= this.#minimumExpiry) return;
    this.#report('rrsig/expires-soon', rank, rrset, row, {
      found: printTime(expiration),
      expected: `${printTime(this.#minimumExpiry)} or later`,
    });
  }

  /** Whether a valid signature lasts as long as caches may hold its RRset, not much too long, and began some time ago. */
  #checkDuration(rank: number, rrset: number, row: number, expiration: number): void {
    const ttl = this.#context.zone.rrsetTtls[rrset]!;
    if (expiration - this.#at < ttl) {
      const found = `${expiration - this.#at} seconds`;
      this.#report('rrsig/ttl-beyond-expiration', rank, rrset, row, { found, expected: `at least ${ttl}` });
    }
    const inception = this.#nearTime(u32At(this.#rdata, this.#rdataOf(row) + RrsigOffset.Inception));
    if (this.#at - inception < CLOCK_SKEW) {
      const found = `${this.#at - inception} seconds`;
      this.#report('rrsig/recent-inception', rank, rrset, row, { found, expected: `at least ${CLOCK_SKEW}` });
    }
    if (expiration - inception > LONG_VALIDITY) {
      const found = `${Math.floor((expiration - inception) / DAY)} days`;
      this.#report('rrsig/long-validity', rank, rrset, row, { found });
    }
  }

  /**
   * Reports what is wrong with a signature. True where that is the reason why its RRset is bogus.
   * @param covered whether the RRset has a valid signature by the same algorithm, or needs none
   */
  #reportFailures(rank: number, rrset: number, row: number, covered: boolean): boolean {
    let broken = false;
    for (const { code, ...details } of this.#failuresOf(row)) {
      if (covered && FINDINGS[code].severity === 'error') {
        const found = `${code}${details.found === undefined ? '' : `, ${details.found}`}`;
        this.#report('rrsig/redundant', rank, rrset, row, { ...details, found });
      } else {
        this.#report(code, rank, rrset, row, details);
        broken ||= FINDINGS[code].severity === 'error';
      }
    }
    return broken;
  }

  #failuresOf(row: number): Failure[] {
    const failures: Failure[] = [];
    const defect = this.#defectFailure(row);
    if (defect !== undefined) failures.push(defect);
    if (this.#rows.outcomes[row] === NOT_MADE) failures.push({ code: 'rrsig/invalid' });
    const key = this.#madeBy(row);
    // A revoked key signs the DNSKEY RRset to say so (RFC 5011 section 2.1).
    const mayHaveMade =
      key === undefined || key.signsZone || (key.revoked && this.#rows.types[row] === Type.DNSKEY);
    if (!mayHaveMade) failures.push({ code: 'rrsig/unusable-key' });
    return failures;
  }

  #defectFailure(row: number): Failure | undefined {
    const { signerName, labels, inception, expiration } = this.#rrsigOf(row);
    const time = (seconds: number): string => printTime(this.#nearTime(seconds));
    const now = printTime(this.#at);
    const { zone } = this.#context;
    switch (this.#rows.defects[row]) {
      case SignatureDefect.SignerName:
        return {
          code: 'rrsig/signer-name',
          found: nameToText(signerName),
          expected: nameToText(zone.origin),
        };
      case SignatureDefect.Labels: {
        const expected = rrsigLabels(zone.store.names.wire.bytes, this.#rows.ownerOffsets[row]);
        return { code: 'rrsig/labels', found: String(labels), expected: String(expected) };
      }
      case SignatureDefect.UnknownKey:
        return { code: 'rrsig/unknown-key' };
      case SignatureDefect.ValidityPeriod:
        return { code: 'rrsig/validity-period', found: `${time(inception)} to ${time(expiration)}` };
      case SignatureDefect.Expired:
        return { code: 'rrsig/expired', found: time(expiration), expected: `${now} or later` };
      case SignatureDefect.NotYetValid:
        return { code: 'rrsig/not-yet-valid', found: time(inception), expected: `${now} or earlier` };
      case SignatureDefect.TooManyTries:
        return { code: 'rrsig/too-many-tries', expected: `at most ${MAX_TRIES} tries` };
      default:
        return undefined;
    }
  }

  /** A second signature by one key, or by another key of its algorithm; several keys may sign what the parent looks at. */
  #reportDuplicates(rank: number, rrset: number, first: number, end: number): void {
    const byKeys = isKeyType(this.#context.zone.rrsetTypes[rrset]!);
    for (let row = first + 1; row < end; row++) {
      if (!this.#isValid(row)) continue;
      for (let other = first; other < row; other++) {
        if (!this.#isValid(other) || this.#algorithmOf(other) !== this.#algorithmOf(row)) continue;
        const isSame = this.#madeBy(other) === this.#madeBy(row);
        if (isSame) this.#report('rrsig/duplicate', rank, rrset, row, {});
        else if (!byKeys) this.#report('rrsig/superfluous', rank, rrset, row, {});
        if (isSame || !byKeys) break;
      }
    }
  }

  #report(code: FindingCode, rank: number, rrset: number, row: number, details: Details): void {
    const place: Place = { ...this.#context.rrsetPlace(rank, rrset), record: this.#rows.rrsigs[row]! };
    const { keyTag, algorithm } = this.#rrsigOf(row);
    this.#context.report(code, place, { keyTag, algorithm, ...details });
  }

  #rrsigOf(row: number): Rrsig {
    return readRrsig(this.#context.zone.store.rdataOf(this.#rows.rrsigs[row]!));
  }

  #algorithmOf(row: number): number {
    return this.#rdata[this.#rdataOf(row) + RrsigOffset.Algorithm]!;
  }

  #expirationOf(row: number): number {
    return this.#nearTime(u32At(this.#rdata, this.#rdataOf(row) + RrsigOffset.Expiration));
  }

  /** Where the RRSIG's RDATA starts. */
  #rdataOf(row: number): number {
    return this.#context.zone.store.rdataOffsets[this.#rows.rrsigs[row]!]!;
  }

  /** The time that 32 bits stand for: the one nearest to now (RFC 4034 section 3.1.5). */
  #nearTime(seconds: number): number {
    return this.#at + ((seconds - this.#at) | 0);
  }
}
