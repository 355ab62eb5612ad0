import { Type } from '../rr/registry.ts';
import { printedColumns, type OwnerTexts } from '../zone/print-zone.ts';
import { OwnerStatus, type Zone } from '../zone/zone.ts';
import { newKeptColumns, type KeptTask } from './kept-jobs.ts';
import type { PreparedKey } from './prepared-keys.ts';
import type { SignRequest } from './sign-request.ts';
import { readSoa } from './soa.ts';

/** So many keys are told apart by the bits of a number. */
const MAX_KEYS = 30;

/** The looking for owners whose text in an earlier output can stay; undefined where that is not to be asked for. */
export function keptTask(
  text: Uint8Array,
  content: Zone,
  { denial, now, previous, zonemd, isUnsigned, wholeZone }: SignRequest,
  keys: readonly PreparedKey[],
): KeptTask | undefined {
  const signers = keys.filter(({ signsZone }) => signsZone);
  const tags = new Set(signers.map(({ keyTag, algorithm }) => keyTag * 256 + algorithm));
  if (isUnsigned === true || wholeZone === true || zonemd !== undefined) return undefined;
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

/**
 * Owners of a zone whose text in an earlier output stays as it is, so that nobody needs their denial and signatures in wire form. By rank in the
 * content, which has neither.
 */
export class KeptOwners {
  readonly #content: Zone;
  readonly #task: KeptTask;

  /** @param task is done */
  constructor(content: Zone, task: KeptTask) {
    this.#content = content;
    this.#task = task;
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

  /** Lets an owner go that gets something else. */
  release(rank: number): void {
    this.#task.found.ends[rank] = 0;
    this.#task.found.signatures[rank] = 0;
  }

  /** The keys, each of which signed every RRset of these owners that is signed, and when the first of its signatures expires, in epoch seconds. */
  get signers(): readonly KeptSigner[] {
    const { keys, found } = this.#task;
    return keys.flatMap(({ keyTag, algorithm }, index) => {
      const firstExpiration = found.expirations[index]!;
      return this.count().signatures === 0 ? [] : [{ keyTag, algorithm, firstExpiration }];
    });
  }

  /** How many there are, and how many RRsets of the content, NSEC records and signatures these have. */
  count(): KeptCount {
    const { ownerRrsets } = this.#content;
    const { ends, signatures } = this.#task.found;
    const count = { owners: 0, rrsets: 0, nsecs: 0, signedOwners: 0, signatures: 0 };
    for (let rank = 0; rank < ends.length; rank++) {
      if (ends[rank] === 0) continue;
      count.owners++;
      count.rrsets += ownerRrsets[rank + 1]! - ownerRrsets[rank]!;
      if (this.#isInChain(rank)) count.nsecs++;
      if (signatures[rank]! > 0) count.signedOwners++;
      count.signatures += signatures[rank]!;
    }
    return count;
  }

  /** Their texts, by rank in the signed zone. */
  textsFor(zone: Zone): OwnerTexts {
    const { text, found } = this.#task;
    if (zone.ownerNames === this.#content.ownerNames) return { text, starts: found.starts, ends: found.ends };
    const { starts, ends } = newKeptColumns(zone.ownerCount, 0);
    for (let rank = 0; rank < zone.ownerCount; rank++) {
      const before = this.#content.rankOfName(zone.ownerNames[rank]!);
      if (before < 0 || !this.has(before)) continue;
      starts[rank] = found.starts[before]!;
      ends[rank] = found.ends[before]!;
    }
    return { text, starts, ends };
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
  readonly owners: number;
  readonly rrsets: number;
  readonly nsecs: number;
  readonly signedOwners: number;
  readonly signatures: number;
}
