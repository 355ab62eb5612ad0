import { ByteBuffer } from '../../dns/byte-buffer.ts';
import { printBase32hex } from '../../dns/encoding.ts';
import { canonicalName, nameToText } from '../../dns/name.ts';
import { Type } from '../../rr/registry.ts';
import { emptyNonTerminals } from '../../zone/empty-non-terminals.ts';
import { OwnerStatus } from '../../zone/zone.ts';
import { NSEC3_HASH_LENGTH, Nsec3Hasher } from '../nsec3-hash.ts';
import { BitmapCheck, bitmapText } from './bitmap-check.ts';
import type { Place, VerifyContext } from './context.ts';
import type { FindingCode } from './findings.ts';
import { denialTtl, hasData } from './denial.ts';
import {
  collectChains,
  isKnownHash,
  parametersText,
  readParameters,
  type ChainParameters,
  type Nsec3Chain,
} from './nsec3-chain.ts';

const OPT_OUT = 0x01;
/** More iterations than these are an error: widespread validators take such answers for insecure, and RFC 9276 section 3.2 allows SERVFAIL. */
const MAXIMUM_ITERATIONS = 50;
/** The most that RFC 5155 section 10.3 ever allowed. Above, hashing the zone would cost more than the answer is worth. */
const MAXIMUM_HASHED_ITERATIONS = 2500;

/**
 * Checks the NSEC3 chains (RFC 5155 section 7.1): those that an NSEC3PARAM names must be complete; servers do not use others.
 * @param hasNsec whether the zone has NSEC records too, so that servers need no NSEC3 chain
 */
export function checkNsec3Chains(context: VerifyContext, hasNsec: boolean): void {
  const { zone } = context;
  const { chains, misplaced } = collectChains(zone);
  for (const { rank, rrset } of misplaced) context.report('nsec3/owner', context.rrsetPlace(rank, rrset));
  const named = readNsec3Params(context);
  for (const { parameters, place } of named) {
    if (chains.some((chain) => sameParameters(chain.parameters, parameters))) continue;
    context.report('nsec3/param-without-chain', place, { found: parametersText(parameters) });
  }
  const isNamed = (chain: Nsec3Chain): boolean =>
    named.some(({ parameters }) => sameParameters(chain.parameters, parameters));
  const unusable = !hasNsec && !chains.some(isNamed);
  for (const chain of chains) {
    if (!isNamed(chain)) {
      const place = chainPlace(context, chain);
      const details = { found: parametersText(chain.parameters) };
      context.report(unusable ? 'nsec3/no-param' : 'nsec3/extra-chain', place, details);
      if (!unusable) continue;
    }
    checkParameters(context, chain);
    if (isKnownHash(chain.parameters) && chain.length > 0) new Nsec3ChainCheck(context, chain, hasNsec).run();
  }
}

interface NamedParameters {
  readonly parameters: ChainParameters;
  readonly place: Place;
}

/**
 * What the NSEC3PARAM records name. Those with flags are reported; they are to be ignored (RFC 5155 section 4.1.2), but signers that repeat the
 * opt-out flag there are common, and so are servers that do not mind.
 */
function readNsec3Params(context: VerifyContext): NamedParameters[] {
  const { zone } = context;
  const named: NamedParameters[] = [];
  for (const record of zone.recordsOf(zone.apexRrset(Type.NSEC3PARAM))) {
    const rdata = zone.store.rdataOf(record);
    const flags = rdata[1]!;
    const place: Place = { owner: zone.origin, type: Type.NSEC3PARAM, record };
    if (flags !== 0) context.report('nsec3/param-flags', place, { found: String(flags), expected: '0' });
    if ((flags & ~OPT_OUT) === 0) named.push({ parameters: readParameters(rdata), place });
  }
  return named;
}

function sameParameters(a: ChainParameters, b: ChainParameters): boolean {
  return parametersText(a) === parametersText(b);
}

function chainPlace({ zone }: VerifyContext, chain: Nsec3Chain): Place {
  const record = chain.records[0];
  return { owner: zone.origin, type: Type.NSEC3, ...(record === undefined ? {} : { record }) };
}

/** Hash algorithm, iterations and salt (RFC 5155 section 8.1, RFC 9276 section 3.1). */
function checkParameters(context: VerifyContext, chain: Nsec3Chain): void {
  const place = chainPlace(context, chain);
  const { iterations, salt } = chain.parameters;
  if (!isKnownHash(chain.parameters)) {
    context.report('nsec3/hash-algorithm', place, { found: parametersText(chain.parameters), expected: '1' });
    return;
  }
  if (iterations > 0) {
    const code = iterations > MAXIMUM_ITERATIONS ? 'nsec3/iterations-excessive' : 'nsec3/iterations';
    context.report(code, place, { found: String(iterations), expected: '0' });
  }
  if (salt.length > 0) context.report('nsec3/salt', place, { found: `${salt.length} octets`, expected: '-' });
}

class Nsec3ChainCheck {
  readonly #context: VerifyContext;
  readonly #chain: Nsec3Chain;
  readonly #hasher: Nsec3Hasher;
  readonly #bitmap: BitmapCheck;
  readonly #hasNsec: boolean;
  /** Which records belong to a name; of several with one hash the first counts. */
  readonly #matched: Uint8Array;
  #unmatched = 0;
  /** Whether any record, and whether every record opts out. */
  #someOptOut = false;
  #allOptOut = true;

  constructor(context: VerifyContext, chain: Nsec3Chain, hasNsec: boolean) {
    this.#context = context;
    this.#chain = chain;
    this.#hasher = new Nsec3Hasher(chain.parameters);
    this.#bitmap = new BitmapCheck(context.zone, Type.NSEC3);
    this.#hasNsec = hasNsec;
    this.#matched = new Uint8Array(chain.length);
  }

  run(): void {
    this.#checkLinks();
    if (this.#chain.parameters.iterations > MAXIMUM_HASHED_ITERATIONS) return;
    this.#checkNames();
    for (let i = 0; i < this.#chain.length; i++) {
      if (this.#matched[i] === 0) this.#context.report('nsec3/orphan', this.#placeOf(i));
    }
  }

  /** Each record by itself, and whether it points to the next. */
  #checkLinks(): void {
    const { zone } = this.#context;
    const chain = this.#chain;
    const ttl = denialTtl(zone);
    for (let i = 0; i < chain.length; i++) {
      const flags = this.#flagsOf(i);
      if ((flags & ~OPT_OUT) !== 0) {
        this.#context.report('nsec3/flags', this.#placeOf(i), { found: String(flags), expected: '0 or 1' });
      }
      if ((flags & OPT_OUT) !== 0) this.#someOptOut = true;
      else this.#allOptOut = false;
      const found = zone.store.ttls[chain.records[i]!]!;
      if (found !== ttl && ttl >= 0) {
        this.#context.report('nsec3/ttl', this.#placeOf(i), { found: String(found), expected: String(ttl) });
      }
      if (i > 0 && chain.ranks[i] === chain.ranks[i - 1]) {
        this.#context.report('nsec3/multiple', this.#placeOf(i));
        this.#matched[i] = 1;
        continue;
      }
      this.#unmatched++;
      this.#checkNext(i);
    }
  }

  #checkNext(index: number): void {
    const chain = this.#chain;
    let next = index + 1;
    while (next < chain.length && chain.ranks[next] === chain.ranks[index]) next++;
    const expected = chain.hashAt(next === chain.length ? 0 : next);
    const { bytes, start, length } = this.#nextHash(index);
    let same = length === NSEC3_HASH_LENGTH;
    for (let i = 0; same && i < NSEC3_HASH_LENGTH; i++) same = bytes[start + i] === expected[i];
    if (same) return;
    this.#context.report('nsec3/next', this.#placeOf(index), {
      found: hashText(bytes, start, length),
      expected: hashText(expected, 0, NSEC3_HASH_LENGTH),
    });
  }

  /**
   * Every name that the chain must have, then those that it may leave out: insecure delegations, and empty non-terminals that exist because of
   * nothing but delegations that are left out.
   */
  #checkNames(): void {
    const { zone } = this.#context;
    const insecure: number[] = [];
    let others = 0;
    for (let rank = 0; rank < zone.ownerCount; rank++) {
      if (zone.ownerStatus[rank] === OwnerStatus.Occluded || !hasData(zone, rank)) continue;
      if (this.#isInsecureDelegation(rank)) {
        insecure.push(rank);
        continue;
      }
      others++;
      this.#checkOwner(rank, false);
    }
    if (this.#someOptOut && insecure.length <= others)
      this.#context.report('nsec3/needless-opt-out', chainPlace(this.#context, this.#chain), {
        found: `${insecure.length} insecure delegations, ${others} other names`,
      });
    const optional = new Set<string>();
    for (const { name, optOut } of emptyNonTerminals(zone, (rank) => this.#isInsecureDelegation(rank))) {
      if (optOut) optional.add(nameToText(canonicalName(name)));
      else this.#checkName(name, 0, name.length, -1, false);
    }
    // Where every record opts out and none is left, the others have none, and need none: no hash has to be computed.
    if (this.#allOptOut && this.#unmatched === 0) return;
    const leftOut = new Set(insecure.filter((rank) => !this.#checkOwner(rank, true)));
    if (optional.size === 0) return;
    for (const { name, optOut } of emptyNonTerminals(zone, (rank) => leftOut.has(rank))) {
      if (optOut || optional.has(nameToText(canonicalName(name))))
        this.#checkName(name, 0, name.length, -1, optOut);
    }
  }

  #checkOwner(rank: number, mayOptOut: boolean): boolean {
    const { zone } = this.#context;
    const { names } = zone.store;
    const id = zone.ownerNames[rank]!;
    return this.#checkName(names.wire.bytes, names.offsets[id]!, names.end(id), rank, mayOptOut);
  }

  #isInsecureDelegation(rank: number): boolean {
    const { zone } = this.#context;
    return zone.ownerStatus[rank] === OwnerStatus.Delegation && zone.findRrset(rank, Type.DS) < 0;
  }

  /** Whether the name `bytes[start, end)` has its record, which is checked; reports where it may not do without. Rank -1 is that of empty non-terminals. */
  #checkName(bytes: Uint8Array, start: number, end: number, rank: number, mayOptOut: boolean): boolean {
    const hash = this.#hasher.hash(bytes, start, end);
    const index = this.#chain.find(hash);
    if (index >= 0) {
      if (this.#matched[index] === 0) this.#unmatched--;
      this.#matched[index] = 1;
      this.#checkBitmap(index, rank);
      return true;
    }
    if (mayOptOut && (this.#flagsOf(~index) & OPT_OUT) !== 0) return false;
    const place: Place = { owner: bytes.slice(start, end), type: Type.NSEC3 };
    this.#context.report(this.#codeOfMissing(~index, rank, mayOptOut), place, {
      expected: hashText(hash, 0, hash.length),
    });
    return false;
  }

  /** What it means that a name has no record, but is in the span of the one at `index`. */
  #codeOfMissing(index: number, rank: number, mayOptOut: boolean): FindingCode {
    if (mayOptOut) return this.#someOptOut ? 'nsec3/opt-out' : 'nsec3/missing';
    const isDelegation = rank >= 0 && this.#context.zone.ownerStatus[rank] === OwnerStatus.Delegation;
    return isDelegation && (this.#flagsOf(index) & OPT_OUT) !== 0 ? 'nsec3/opt-out-secure' : 'nsec3/missing';
  }

  #checkBitmap(index: number, rank: number): void {
    const { bytes, start, length } = this.#nextHash(index);
    const record = this.#chain.records[index]!;
    const { rdataOffsets, rdataLengths } = this.#context.zone.store;
    const bitmapStart = start + length;
    const bitmapEnd = rdataOffsets[record]! + rdataLengths[record]!;
    this.#bitmap.expect(rank);
    if (this.#bitmap.matches(bytes, bitmapStart, bitmapEnd)) return;
    const name = rank < 0 ? 'an empty non-terminal' : nameToText(this.#context.zone.ownerOf(rank));
    const expected = `${this.#bitmap.text()} of ${name}`;
    if (this.#hasNsec) {
      // A chain made before the NSEC records were removed, or to be used after: either is right during the transition.
      this.#bitmap.expectWithoutNsec(rank);
      if (this.#bitmap.matches(bytes, bitmapStart, bitmapEnd)) return;
    }
    this.#context.report('nsec3/bitmap', this.#placeOf(index), {
      found: bitmapText(bytes, bitmapStart, bitmapEnd),
      expected,
    });
  }

  #flagsOf(index: number): number {
    const { store } = this.#context.zone;
    return store.rdata.bytes[store.rdataOffsets[this.#chain.records[index]!]! + 1]!;
  }

  /** Where the Next Hashed Owner Name field of a record is. */
  #nextHash(index: number): { bytes: Uint8Array; start: number; length: number } {
    const { store } = this.#context.zone;
    const bytes = store.rdata.bytes;
    const hashLength =
      store.rdataOffsets[this.#chain.records[index]!]! + 5 + this.#chain.parameters.salt.length;
    return { bytes, start: hashLength + 1, length: bytes[hashLength]! };
  }

  #placeOf(index: number): Place {
    const owner = this.#context.zone.ownerOf(this.#chain.ranks[index]!);
    return { owner, type: Type.NSEC3, record: this.#chain.records[index]! };
  }
}

function hashText(bytes: Uint8Array, start: number, length: number): string {
  const text = new ByteBuffer(64);
  printBase32hex(bytes, start, start + length, text);
  return String.fromCharCode(...text.view());
}
