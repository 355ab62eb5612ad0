import type { ByteBuffer } from '../dns/byte-buffer.ts';
import { LOWER_CASE, nameLength } from '../dns/name.ts';
import { sameOctets } from '../dns/octets.ts';
import { sortOctetKeys } from '../dns/sort-keys.ts';
import { inputError } from '../errors.ts';
import { Type } from '../rr/registry.ts';
import { emptyNonTerminals, type EmptyNonTerminal } from '../zone/empty-non-terminals.ts';
import type { StoreRoom } from '../zone/record-store.ts';
import { OwnerStatus, type Zone } from '../zone/zone.ts';
import {
  NSEC3_HASH_LENGTH,
  NSEC3_LABEL_LENGTH,
  NSEC3_SHA1,
  Nsec3Hasher,
  nsec3Owner,
  type Nsec3Parameters,
} from './nsec3-hash.ts';
import { writeTypeBitmap } from './type-bitmap.ts';

/** How a zone proves that something does not exist. */
export type Denial =
  { readonly kind: 'nsec' } | ({ readonly kind: 'nsec3'; readonly optOut: boolean } & Nsec3Parameters);

const OPT_OUT_FLAG = 1;

/** RDATA of the NSEC3PARAM record for a chain (RFC 5155 section 4.2); its flags are zero even with opt-out (section 4.1.2). */
export function nsec3ParamRdata({ iterations, salt }: Nsec3Parameters): Uint8Array {
  return Uint8Array.of(NSEC3_SHA1, 0, iterations >>> 8, iterations & 0xff, salt.length, ...salt);
}

/** A denial chain that is not made yet. */
export interface DenialChain {
  /** How many records it has. */
  readonly count: number;
  /** How much the record store grows by it, at the most. */
  readonly room: StoreRoom;
  /**
   * Adds it to the record store, and returns the store's numbers of the new records in the order of the chain.
   * @param ttl in seconds (RFC 9077)
   * @param hasRecord whether the owner of a rank has its record elsewhere, where that stands at the owner itself
   */
  add(ttl: number, hasRecord?: (rank: number) => boolean): Uint32Array;
}

/**
 * The whole denial chain of a zone.
 * @param zone without NSEC and NSEC3 records, but with everything else that the apex will have: DNSKEY, NSEC3PARAM, ZONEMD
 */
export function denialChain(
  zone: Zone,
  denial: Denial,
  hasherOf: HasherOf = (parameters) => new Nsec3Hasher(parameters),
): DenialChain {
  return denial.kind === 'nsec' ? nsecChain(zone) : nsec3Chain(zone, denial, hasherOf);
}

/** RFC 4034 section 4, RFC 4035 section 2.3. */
function nsecChain(zone: Zone): DenialChain {
  const { names } = zone.store;
  const ranks = ownersInChain(zone, () => true);
  let rdata = ranks.length * largestBitmap(zone);
  for (const rank of ranks) {
    const id = zone.ownerNames[rank]!;
    rdata += names.end(id) - names.offsets[id]!;
  }
  return {
    count: ranks.length,
    room: { records: ranks.length, rdata },
    add: (ttl, hasRecord = () => false) => addNsecChain(zone, ranks, ttl, hasRecord),
  };
}

function addNsecChain(
  zone: Zone,
  ranks: Uint32Array,
  ttl: number,
  hasRecord: (rank: number) => boolean,
): Uint32Array {
  const { store } = zone;
  const { names } = store;
  const records = new Uint32Array(ranks.length);
  let count = 0;
  const nsec = new NsecWriter(zone);
  for (let i = 0; i < ranks.length; i++) {
    const rank = ranks[i]!;
    if (hasRecord(rank)) continue;
    const start = store.rdata.length;
    const next = zone.ownerNames[ranks[(i + 1) % ranks.length]!]!;
    nsec.append(rank, names.wire.bytes, names.offsets[next]!, store.rdata);
    records[count++] = store.add(zone.ownerNames[rank]!, Type.NSEC, ttl, start);
  }
  return records.subarray(0, count);
}

/** What an NSEC record says of the owners of a zone. */
export type OwnerTypes = Pick<Zone, 'ownerStatus' | 'ownerRrsets' | 'rrsetTypes'>;

/** Writes the RDATA of the NSEC records of a zone (RFC 4034 section 4.1). */
export class NsecWriter {
  readonly #zone: OwnerTypes;
  readonly #types = new TypeList();

  constructor(zone: OwnerTypes) {
    this.#zone = zone;
  }

  /** Appends that of the owner of a rank; the next one's name is at `names[next…]`. */
  append(rank: number, names: Uint8Array, next: number, out: ByteBuffer): void {
    const end = next + nameLength(names, next);
    out.reserve(end - next);
    for (let i = next; i < end; i++) out.bytes[out.length++] = LOWER_CASE[names[i]!]!;
    const types = this.#types;
    types.fill(this.#zone, rank, Type.NSEC, true);
    writeTypeBitmap(types.types, types.count, out);
  }
}

type Nsec3Denial = Denial & { readonly kind: 'nsec3' };

/** What has an NSEC3 record: owners by rank, and empty non-terminals. */
interface Nsec3Names {
  readonly ranks: Uint32Array;
  readonly empty: readonly EmptyNonTerminal[];
}

/** RFC 5155 section 7.1. */
/** Says how names are hashed under such parameters. */
type HasherOf = (parameters: Nsec3Parameters) => Pick<Nsec3Hasher, 'hash'>;

function nsec3Chain(zone: Zone, denial: Nsec3Denial, hasherOf: HasherOf): DenialChain {
  const isInsecure = (rank: number): boolean => isInsecureDelegation(zone, rank);
  const ranks = ownersInChain(zone, (rank) => !denial.optOut || !isInsecure(rank));
  const empty = emptyNonTerminals(zone, isInsecure).filter(({ optOut }) => !denial.optOut || !optOut);
  const count = ranks.length + empty.length;
  const rdataLength = nsec3ParamRdata(denial).length + 1 + NSEC3_HASH_LENGTH + largestBitmap(zone);
  return {
    count,
    room: {
      records: count,
      rdata: count * rdataLength,
      names: count,
      nameOctets: count * (1 + NSEC3_LABEL_LENGTH + zone.origin.length),
    },
    add: (ttl) => addNsec3Chain(zone, denial, { ranks, empty }, ttl, hasherOf(denial)),
  };
}

function isInsecureDelegation(zone: Zone, rank: number): boolean {
  return zone.ownerStatus[rank] === OwnerStatus.Delegation && zone.findRrset(rank, Type.DS) < 0;
}

/** Octets of the largest type bitmap that an owner of the zone can have: each window takes 34 of them at the most (RFC 4034 section 4.1.2). */
function largestBitmap(zone: Zone): number {
  const windows = new Set([0]);
  for (let rrset = 0; rrset < zone.rrsetCount; rrset++) windows.add(zone.rrsetTypes[rrset]! >>> 8);
  return windows.size * 34;
}

function addNsec3Chain(
  zone: Zone,
  denial: Nsec3Denial,
  { ranks, empty }: Nsec3Names,
  ttl: number,
  hasher: Pick<Nsec3Hasher, 'hash'>,
): Uint32Array {
  const { store } = zone;
  const { names } = store;
  const count = ranks.length + empty.length;
  const hashes = new Uint8Array(count * NSEC3_HASH_LENGTH);
  const offsets = new Uint32Array(count + 1);
  for (let i = 0; i < count; i++) {
    const id = i < ranks.length ? zone.ownerNames[ranks[i]!]! : -1;
    const hash =
      id >= 0
        ? hasher.hash(names.wire.bytes, names.offsets[id], names.end(id))
        : hasher.hash(empty[i - ranks.length]!.name);
    hashes.set(hash, i * NSEC3_HASH_LENGTH);
    offsets[i + 1] = (i + 1) * NSEC3_HASH_LENGTH;
  }
  const order = sortOctetKeys({ bytes: hashes, offsets }, count);
  const hashOf = (position: number): Uint8Array => {
    const start = offsets[order[position % count]!]!;
    return hashes.subarray(start, start + NSEC3_HASH_LENGTH);
  };

  const records = new Uint32Array(count);
  const types = new TypeList();
  const prefix = nsec3ParamRdata(denial);
  if (denial.optOut) prefix[1] = OPT_OUT_FLAG;
  let hash = hashOf(0);
  for (let position = 0; position < count; position++) {
    const next = hashOf(position + 1);
    if (count > 1 && sameOctets(hash, next)) {
      throw inputError('nsec3/collision', 'two names of the zone have the same NSEC3 hash', {
        hint: 'sign with another salt (--nsec3-salt) or with NSEC (--nsec)',
      });
    }
    const owner = nsec3Owner(hash, zone.origin);
    const ownerId = names.append(owner, 0, owner.length);
    const start = store.rdata.length;
    store.rdata.append(prefix);
    store.rdata.u8(NSEC3_HASH_LENGTH);
    store.rdata.append(next);
    const index = order[position]!;
    if (index < ranks.length) {
      types.fill(zone, ranks[index]!, undefined, !isInsecureDelegation(zone, ranks[index]!));
      writeTypeBitmap(types.types, types.count, store.rdata);
    }
    records[position] = store.add(ownerId, Type.NSEC3, ttl, start);
    hash = next;
  }
  return records;
}

/** The ranks of owners that have records of the zone's own, as far as `wanted`. */
function ownersInChain(zone: Zone, wanted: (rank: number) => boolean): Uint32Array {
  const ranks = new Uint32Array(zone.ownerCount);
  let count = 0;
  for (let rank = 0; rank < zone.ownerCount; rank++) {
    if (zone.ownerStatus[rank] !== OwnerStatus.Occluded && wanted(rank)) ranks[count++] = rank;
  }
  return ranks.subarray(0, count);
}

/** The types for one bitmap, in ascending order. */
class TypeList {
  types = new Uint16Array(64);
  count = 0;

  /**
   * Fills the list with the zone's own types at an owner: at a delegation only NS and DS (RFC 4035 section 2.3).
   * @param denialType the type of the denial record itself, where it stands at the owner
   */
  fill(zone: OwnerTypes, rank: number, denialType: number | undefined, signed: boolean): void {
    this.count = 0;
    const isDelegation = zone.ownerStatus[rank] === OwnerStatus.Delegation;
    for (let rrset = zone.ownerRrsets[rank]!, end = zone.ownerRrsets[rank + 1]!; rrset < end; rrset++) {
      const type = zone.rrsetTypes[rrset]!;
      if (!isDelegation || type === Type.NS || type === Type.DS) this.#insert(type);
    }
    if (signed) this.#insert(Type.RRSIG);
    if (denialType !== undefined) this.#insert(denialType);
  }

  #insert(type: number): void {
    if (this.count === this.types.length) {
      const larger = new Uint16Array(this.count * 2);
      larger.set(this.types);
      this.types = larger;
    }
    let at = this.count++;
    while (at > 0 && this.types[at - 1]! > type) {
      this.types[at] = this.types[at - 1]!;
      at--;
    }
    this.types[at] = type;
  }
}
