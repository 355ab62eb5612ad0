import { allocateUint16, allocateUint32 } from '../dns/byte-buffer.ts';
import { Type } from '../rr/registry.ts';
import { printedColumns, type OwnerTexts } from '../zone/print-zone.ts';
import { OwnerStatus, type Zone } from '../zone/zone.ts';
import { newKeptColumns, type KeptTask } from './kept-jobs.ts';
import type { PreparedKey } from './prepared-keys.ts';
import type { SignRequest } from './sign-request.ts';
import { recordColumns } from './signing-jobs.ts';
import { readSoa } from './soa.ts';
import { runTask, type WorkPool } from './work-pool.ts';

/** So many keys are told apart by the bits of a number. */
const MAX_KEYS = 30;

/** The looking for owners whose text in an earlier output can stay; undefined where that cannot be told. */
export function keptTask(
  text: Uint8Array,
  content: Zone,
  { denial, now, previous, isUnsigned }: SignRequest,
  keys: readonly PreparedKey[],
): KeptTask | undefined {
  const signers = keys.filter(({ signsZone }) => signsZone);
  const tags = new Set(signers.map(({ keyTag, algorithm }) => keyTag * 256 + algorithm));
  if (isUnsigned === true) return undefined;
  if (tags.size < signers.length || signers.length > MAX_KEYS) return undefined;
  if (signers.some(({ privateKey }) => privateKey.kind === 'premade')) return undefined;
  return {
    kind: 'find-kept',
    text,
    content: printedColumns(content),
    ownerStatus: content.ownerStatus,
    origin: content.origin,
    keys: signers.map(({ keyTag, algorithm, privateKey, signatureLength }) => ({
      keyTag,
      algorithm,
      signatureText: 4 * Math.ceil(signatureLength / 3),
      refresh: privateKey.kind === 'lost' ? 0 : (previous?.refresh ?? 0),
    })),
    nsecTtl: denial.kind === 'nsec' ? denialTtl(content) : undefined,
    now,
    found: newKeptColumns(content.ownerCount, signers.length),
  };
}

/** The TTL of denial records in seconds (RFC 9077). */
export function denialTtl(content: Zone): number {
  const soa = content.apexRrset(Type.SOA);
  return Math.min(content.rrsetTtls[soa]!, readSoa(content.rdatasOf(soa)[0]!).minimum);
}

/** The same for the owners of an NSEC3 chain, whose records are in the store. */
function chainTask(task: KeptTask, { store, zoneClass, ownerNames }: Zone, records: Uint32Array): KeptTask {
  const { names } = store;
  // The apex stands before them, without records.
  const count = 1 + records.length;
  const column = (valueOf: (rank: number) => number): Uint32Array => {
    const values = allocateUint32(count + 1);
    for (let rank = 1; rank <= count; rank++) values[rank] = valueOf(rank);
    return values;
  };
  const owners = column((rank) => store.owners[records[rank - 1]!]!).subarray(0, count);
  owners[0] = ownerNames[0]!;
  const positions = column((rank) => rank - 1);
  return {
    ...task,
    content: {
      zoneClass,
      ownerNames: owners,
      ownerRrsets: positions,
      rrsetTypes: allocateUint16(records.length).fill(Type.NSEC3),
      rrsetTtls: allocateUint32(records.length).fill(records.length === 0 ? 0 : store.ttls[records[0]!]!),
      rrsetRecords: column((rank) => rank).subarray(0, records.length + 1),
      records,
      ...recordColumns(store),
      ttls: store.ttls,
      nameOffsets: names.offsets,
      known: undefined,
    },
    ownerStatus: new Uint8Array(count).fill(OwnerStatus.Authoritative),
    found: newKeptColumns(count, task.keys.length),
  };
}

/**
 * Owners of a zone whose text in an earlier output stays as it is, so that nobody needs their NSEC records and signatures in wire form. By rank
 * in the content, which has neither; those of an NSEC3 chain by their place in it.
 */
export class KeptOwners {
  readonly #content: Zone;
  readonly #task: KeptTask;
  #chain: KeptTask | undefined;

  /** @param task is done */
  constructor(content: Zone, task: KeptTask) {
    this.#content = content;
    this.#task = task;
  }

  /**
   * Finds those of an NSEC3 chain. Owners of the content whose names are hashes of others are kept no more.
   * @param records the store's numbers of its records
   */
  async findChain(records: Uint32Array, pool: WorkPool): Promise<void> {
    const { store } = this.#content;
    const { names } = store;
    for (const record of records) {
      const rank = this.#content.rankOf(names.wire.bytes, names.offsets[store.owners[record]!]);
      if (rank >= 0) this.#task.found.ends[rank] = 0;
    }
    this.#chain = chainTask(this.#task, this.#content, records);
    await runTask(pool, this.#chain, 1, 1 + records.length);
  }

  /** Where the text of an owner starts that is found in the earlier output, whether it is kept or not; else 0. */
  startOf(rank: number): number {
    return this.#task.found.starts[rank]!;
  }

  has(rank: number): boolean {
    return this.#task.found.ends[rank]! > 0;
  }

  /** Whether it has an NSEC record. */
  hasNsec(rank: number): boolean {
    return this.has(rank) && this.#isInChain(rank);
  }

  /** Whether it is kept who has the record at a place in the NSEC3 chain. */
  hasNsec3(place: number): boolean {
    return this.#chain !== undefined && this.#chain.found.ends[1 + place]! > 0;
  }

  /** The keys, each of which signed every RRset of these owners that is signed, and when the first of its signatures expires, in epoch seconds. */
  get signers(): readonly KeptSigner[] {
    if (this.count().signatures === 0) return [];
    return this.#task.keys.map(({ keyTag, algorithm }, index) => ({
      keyTag,
      algorithm,
      firstExpiration: Math.min(...this.#tasks().map(({ found }) => found.expirations[index]!)),
    }));
  }

  count(): KeptCount {
    const { ownerRrsets } = this.#content;
    const { ends, signatures } = this.#task.found;
    const count = { owners: 0, rrsets: 0, nsecs: 0, nsec3s: 0, signedOwners: 0, signatures: 0 };
    for (let rank = 0; rank < ends.length; rank++) {
      if (ends[rank] === 0) continue;
      count.owners++;
      count.rrsets += ownerRrsets[rank + 1]! - ownerRrsets[rank]!;
      if (this.#isInChain(rank)) count.nsecs++;
      if (signatures[rank]! > 0) count.signedOwners++;
      count.signatures += signatures[rank]!;
    }
    const chain = this.#chain?.found;
    for (let rank = 0; chain !== undefined && rank < chain.ends.length; rank++) {
      if (chain.ends[rank] === 0) continue;
      count.nsec3s++;
      if (chain.signatures[rank]! > 0) count.signedOwners++;
      count.signatures += chain.signatures[rank]!;
    }
    return count;
  }

  /** Their texts, by rank in the signed zone. */
  textsFor(zone: Zone): OwnerTexts {
    const { text } = this.#task;
    const { starts, ends } = newKeptColumns(zone.ownerCount, 0);
    for (const { content, found } of this.#tasks()) {
      for (let i = 0; i < found.ends.length; i++) {
        if (found.ends[i] === 0) continue;
        const rank = zone.rankOfName(content.ownerNames[i]!);
        // Its name may be the hash of another.
        if (content === this.#task.content && zone.findRrset(rank, Type.NSEC3) >= 0) continue;
        starts[rank] = found.starts[i]!;
        ends[rank] = found.ends[i]!;
      }
    }
    return { text, starts, ends };
  }

  #tasks(): readonly KeptTask[] {
    return this.#chain === undefined ? [this.#task] : [this.#task, this.#chain];
  }

  #isInChain(rank: number): boolean {
    return this.#task.nsecTtl !== undefined && this.#task.ownerStatus[rank] !== OwnerStatus.Occluded;
  }
}

export interface KeptSigner {
  readonly keyTag: number;
  readonly algorithm: number;
  readonly firstExpiration: number;
}

interface KeptCount {
  /** Of the content, and their RRsets there. */
  readonly owners: number;
  readonly rrsets: number;
  /** Their NSEC records, which are in no store, and NSEC3 records of owners that are kept, which are. */
  readonly nsecs: number;
  readonly nsec3s: number;
  /** Owners of either sort that have signatures, and how many these are. */
  readonly signedOwners: number;
  readonly signatures: number;
}
