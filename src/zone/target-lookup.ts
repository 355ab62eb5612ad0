import { isAtOrBelow, MAX_NAME_LENGTH, nameLength } from '../dns/name.ts';
import { Type } from '../rr/registry.ts';
import { OwnerStatus, type Zone } from './zone.ts';

/** What a zone says about the host that a record names. */
export const TargetStatus = {
  /** Nothing: the name is in another zone. */
  Outside: 0,
  HasAddress: 1,
  /** It is a CNAME or below a DNAME. */
  Alias: 2,
  /** It should have an address here, and has none. */
  NoAddress: 3,
  /** It is at or below a delegation, and there is no glue. */
  BelowCut: 4,
} as const;

export type TargetStatus = (typeof TargetStatus)[keyof typeof TargetStatus];

/** Finds out what a zone says about hosts, wildcards included. */
export class TargetLookup {
  /** The rank of the delegation at or above the last name that was looked up, or -1. */
  cut = -1;

  readonly #zone: Zone;
  readonly #wildcard = new Uint8Array(MAX_NAME_LENGTH + 2);

  constructor(zone: Zone) {
    this.#zone = zone;
  }

  /** @param bytes holds the host's name in wire form at `at` */
  find(bytes: Uint8Array, at: number): TargetStatus {
    this.cut = -1;
    const zone = this.#zone;
    if (!isAtOrBelow(bytes, at, zone.origin)) return TargetStatus.Outside;
    const rank = zone.rankOf(bytes, at);
    if (rank >= 0 && zone.ownerStatus[rank] === OwnerStatus.Authoritative) return this.#ownStatus(rank);
    const top = this.#coveringCut(bytes, at);
    const covered = rank >= 0 ? rank : this.#wildcardFor(bytes, at);
    if (top < 0) return covered < 0 ? TargetStatus.NoAddress : this.#ownStatus(covered);
    if (zone.ownerStatus[top] !== OwnerStatus.Delegation) return TargetStatus.Alias;
    this.cut = top;
    return covered >= 0 && this.#hasAddress(covered) ? TargetStatus.HasAddress : TargetStatus.BelowCut;
  }

  #ownStatus(rank: number): TargetStatus {
    if (this.#hasAddress(rank)) return TargetStatus.HasAddress;
    return this.#zone.findRrset(rank, Type.CNAME) >= 0 ? TargetStatus.Alias : TargetStatus.NoAddress;
  }

  #hasAddress(rank: number): boolean {
    return this.#zone.findRrset(rank, Type.A) >= 0 || this.#zone.findRrset(rank, Type.AAAA) >= 0;
  }

  /** The rank of the delegation at or above the name, or of the DNAME above it: there is one at the most that is not occluded. */
  #coveringCut(bytes: Uint8Array, at: number): number {
    const zone = this.#zone;
    const apex = at + nameLength(bytes, at) - zone.origin.length;
    for (let position = at; position <= apex; position += bytes[position]! + 1) {
      const rank = zone.rankOf(bytes, position);
      if (rank < 0 || zone.ownerStatus[rank] === OwnerStatus.Occluded) continue;
      if (zone.ownerStatus[rank] === OwnerStatus.Delegation) return rank;
      if (position > at && zone.findRrset(rank, Type.DNAME) >= 0) return rank;
    }
    return -1;
  }

  /** The rank of the wildcard that stands for a name which is no owner, or -1. */
  #wildcardFor(bytes: Uint8Array, at: number): number {
    const zone = this.#zone;
    const wildcard = this.#wildcard;
    wildcard[0] = 1;
    wildcard[1] = 42;
    const apex = at + nameLength(bytes, at) - zone.origin.length;
    for (let position = at; position < apex;) {
      position += bytes[position]! + 1;
      wildcard.set(bytes.subarray(position, position + nameLength(bytes, position)), 2);
      const rank = zone.rankOf(wildcard);
      if (rank >= 0) return rank;
      if (zone.rankOf(bytes, position) >= 0) return -1;
    }
    return -1;
  }
}
