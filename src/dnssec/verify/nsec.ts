import { nameLength, nameToText, LOWER_CASE } from '../../dns/name.ts';
import { Type } from '../../rr/registry.ts';
import { OwnerStatus } from '../../zone/zone.ts';
import { BitmapCheck, bitmapText } from './bitmap-check.ts';
import type { VerifyContext } from './context.ts';
import { denialTtl, hasData } from './denial.ts';

/**
 * Checks the NSEC chain (RFC 4035 section 2.3): one NSEC at each authoritative name and delegation, each pointing to the next and the last to
 * the apex, with the types of its owner, and none elsewhere.
 */
export function checkNsecChain(context: VerifyContext): void {
  const { zone } = context;
  const chain = new NsecChain(context);
  for (let rank = 0; rank < zone.ownerCount; rank++) {
    const rrset = zone.findRrset(rank, Type.NSEC);
    if (zone.ownerStatus[rank] === OwnerStatus.Occluded) {
      if (rrset >= 0) context.report('nsec/occluded', context.rrsetPlace(rank, rrset));
    } else if (!hasData(zone, rank)) {
      if (rrset >= 0) context.report('nsec/no-data', context.rrsetPlace(rank, rrset));
    } else chain.enter(rank, rrset);
  }
  chain.close();
}

class NsecChain {
  readonly #context: VerifyContext;
  readonly #bitmap: BitmapCheck;
  readonly #ttl: number;
  /** The NSEC record of the name before, and its owner's rank; -1 where it has none. */
  #previous = -1;
  #previousRank = -1;

  constructor(context: VerifyContext) {
    this.#context = context;
    this.#bitmap = new BitmapCheck(context.zone, Type.NSEC);
    this.#ttl = denialTtl(context.zone);
  }

  enter(rank: number, rrset: number): void {
    const context = this.#context;
    const { zone } = context;
    this.#checkNext(zone.ownerOf(rank));
    this.#previous = -1;
    this.#previousRank = rank;
    if (rrset < 0) {
      context.report('nsec/missing', { owner: zone.ownerOf(rank), type: Type.NSEC });
      return;
    }
    const place = context.rrsetPlace(rank, rrset);
    const first = zone.rrsetRecords[rrset]!;
    const count = zone.rrsetRecords[rrset + 1]! - first;
    if (count > 1) context.report('nsec/multiple', place, { found: `${count} records`, expected: 'one' });
    const ttl = zone.rrsetTtls[rrset]!;
    if (ttl !== this.#ttl && this.#ttl >= 0) {
      context.report('nsec/ttl', place, { found: String(ttl), expected: String(this.#ttl) });
    }
    this.#previous = zone.records[first]!;
    this.#checkBitmap(rank);
  }

  /** The last NSEC points to the apex. */
  close(): void {
    this.#checkNext(this.#context.zone.origin);
  }

  #checkNext(expected: Uint8Array): void {
    if (this.#previous < 0) return;
    const { store } = this.#context.zone;
    const rdata = store.rdata.bytes;
    const start = store.rdataOffsets[this.#previous]!;
    const end = start + expected.length;
    let same = end <= start + store.rdataLengths[this.#previous]!;
    for (let i = 0; same && i < expected.length; i++)
      same = LOWER_CASE[rdata[start + i]!] === LOWER_CASE[expected[i]!];
    if (same) return;
    this.#context.report('nsec/next', this.#previousPlace(), {
      found: nameToText(rdata, start),
      expected: nameToText(expected),
    });
  }

  #checkBitmap(rank: number): void {
    const { store } = this.#context.zone;
    const rdata = store.rdata.bytes;
    const start = store.rdataOffsets[this.#previous]!;
    const end = start + store.rdataLengths[this.#previous]!;
    const bitmapStart = start + nameLength(rdata, start);
    this.#bitmap.expect(rank);
    if (this.#bitmap.matches(rdata, bitmapStart, end)) return;
    this.#context.report('nsec/bitmap', this.#previousPlace(), {
      found: bitmapText(rdata, bitmapStart, end),
      expected: this.#bitmap.text(),
    });
  }

  #previousPlace(): { owner: Uint8Array; type: number; record: number } {
    const owner = this.#context.zone.ownerOf(this.#previousRank);
    return { owner, type: Type.NSEC, record: this.#previous };
  }
}
