import { ByteBuffer } from '../../dns/byte-buffer.ts';
import { decodeBase32hex, toHex } from '../../dns/encoding.ts';
import { ZonewrightError } from '../../errors.ts';
import { Type } from '../../rr/registry.ts';
import type { Zone } from '../../zone/zone.ts';
import { NSEC3_HASH_LENGTH, NSEC3_SHA1, type Nsec3Parameters } from '../nsec3-hash.ts';

/** Characters of a hash in an owner name. */
const LABEL_LENGTH = 32;
/** Offset of the Salt Length field in NSEC3 and NSEC3PARAM RDATA (RFC 5155 section 3.2). */
const SALT_LENGTH = 4;

/** The parameters that the records of a chain share (RFC 5155 section 7.1). */
export interface ChainParameters extends Nsec3Parameters {
  readonly hashAlgorithm: number;
}

/** The parameters in NSEC3 or NSEC3PARAM RDATA. */
export function readParameters(rdata: Uint8Array): ChainParameters {
  return {
    hashAlgorithm: rdata[0]!,
    iterations: (rdata[2]! << 8) | rdata[3]!,
    salt: rdata.slice(SALT_LENGTH + 1, SALT_LENGTH + 1 + rdata[SALT_LENGTH]!),
  };
}

/** `1 0 10 AABB`, as zone files have it. */
export function parametersText({ hashAlgorithm, iterations, salt }: ChainParameters): string {
  return `hash algorithm ${hashAlgorithm}, ${iterations} iterations, salt ${salt.length === 0 ? '-' : toHex(salt)}`;
}

/** The NSEC3 records of one set of parameters, in the order of their owners' hashes. */
export class Nsec3Chain {
  readonly parameters: ChainParameters;
  /** Record numbers of the store, and the ranks of their owners. */
  readonly records: number[] = [];
  readonly ranks: number[] = [];
  /** The hashes of the owners, one behind the other. */
  readonly #hashes = new ByteBuffer(NSEC3_HASH_LENGTH * 16);

  constructor(parameters: ChainParameters) {
    this.parameters = parameters;
  }

  get length(): number {
    return this.records.length;
  }

  /** Adds a record; its owner must sort behind (or be) that of the record before. */
  add(record: number, rank: number, hash: Uint8Array): void {
    this.records.push(record);
    this.ranks.push(rank);
    this.#hashes.append(hash);
  }

  hashAt(index: number): Uint8Array {
    return this.#hashes.bytes.subarray(index * NSEC3_HASH_LENGTH, (index + 1) * NSEC3_HASH_LENGTH);
  }

  /** The record of a hash; where there is none, the complement (`~`) of the record whose span covers the hash. */
  find(hash: Uint8Array): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compare(middle, hash) < 0) low = middle + 1;
      else high = middle;
    }
    if (low < this.length && this.#compare(low, hash) === 0) return low;
    return ~(low === 0 ? this.length - 1 : low - 1);
  }

  #compare(index: number, hash: Uint8Array): number {
    const { bytes } = this.#hashes;
    const start = index * NSEC3_HASH_LENGTH;
    for (let i = 0; i < NSEC3_HASH_LENGTH; i++) {
      const difference = bytes[start + i]! - hash[i]!;
      if (difference !== 0) return difference;
    }
    return 0;
  }
}

export interface ChainsOfZone {
  readonly chains: readonly Nsec3Chain[];
  /** NSEC3 RRsets, with their ranks, whose owners are no hashes. */
  readonly misplaced: readonly { readonly rank: number; readonly rrset: number }[];
}

/** Sorts the NSEC3 records of the zone into chains. */
export function collectChains(zone: Zone): ChainsOfZone {
  const chains: Nsec3Chain[] = [];
  const misplaced: { rank: number; rrset: number }[] = [];
  const hash = new ByteBuffer(64);
  let current: Nsec3Chain | undefined;
  for (let rank = 0; rank < zone.ownerCount; rank++) {
    const rrset = zone.findRrset(rank, Type.NSEC3);
    if (rrset < 0) continue;
    const isHash = decodeOwner(zone, rank, hash);
    if (!isHash) misplaced.push({ rank, rrset });
    const end = zone.rrsetRecords[rrset + 1]!;
    for (let position = zone.rrsetRecords[rrset]!; position < end; position++) {
      const record = zone.records[position]!;
      if (current === undefined || !hasParameters(current, zone, record)) {
        current = chains.find((chain) => hasParameters(chain, zone, record));
        if (current === undefined) {
          current = new Nsec3Chain(readParameters(zone.store.rdataOf(record)));
          chains.push(current);
        }
      }
      if (isHash) current.add(record, rank, hash.view());
    }
  }
  return { chains, misplaced };
}

function hasParameters({ parameters }: Nsec3Chain, { store }: Zone, record: number): boolean {
  const rdata = store.rdata.bytes;
  const start = store.rdataOffsets[record]!;
  const { hashAlgorithm, iterations, salt } = parameters;
  if (rdata[start] !== hashAlgorithm || rdata[start + SALT_LENGTH] !== salt.length) return false;
  if (((rdata[start + 2]! << 8) | rdata[start + 3]!) !== iterations) return false;
  return salt.every((octet, i) => rdata[start + SALT_LENGTH + 1 + i] === octet);
}

/** Decodes the hash in an owner's name into `hash`; false where the name is none (RFC 5155 section 3). */
function decodeOwner(zone: Zone, rank: number, hash: ByteBuffer): boolean {
  const { names } = zone.store;
  const id = zone.ownerNames[rank]!;
  const start = names.offsets[id]!;
  const bytes = names.wire.bytes;
  hash.clear();
  if (names.end(id) - start !== zone.origin.length + 1 + LABEL_LENGTH || bytes[start] !== LABEL_LENGTH)
    return false;
  try {
    decodeBase32hex(bytes, start + 1, start + 1 + LABEL_LENGTH, hash);
  } catch (error) {
    if (!(error instanceof ZonewrightError)) throw error;
    return false;
  }
  return hash.length === NSEC3_HASH_LENGTH;
}

/** Whether the hash algorithm is the only one there is. */
export function isKnownHash({ hashAlgorithm }: ChainParameters): boolean {
  return hashAlgorithm === NSEC3_SHA1;
}
