import { allocateUint16, allocateUint32, ByteBuffer } from '../dns/byte-buffer.ts';
import { serialGreater } from '../dns/serial.ts';
import { printTypeName, Type } from '../rr/registry.ts';
import { LinePrinter } from '../zone/print-lines.ts';
import type { PrintedColumns } from '../zone/print-zone.ts';
import { PrintedZone } from '../zone/printed-zone.ts';
import { OwnerStatus } from '../zone/zone.ts';
import { NsecWriter } from './denial.ts';
import { isKeyType } from './key-types.ts';
import { PrintedRrsig } from './printed-rrsig.ts';

const NEWLINE = 10;
const SPACE = 32;
/** No time: where nothing expires. */
const NEVER = 0xffffffff;

/**
 * Owners whose text in an earlier output can stay, to be found by any threads: a row is the rank of an owner. The first one, the apex, never is one:
 * it has the serial.
 */
export interface KeptTask {
  readonly kind: 'find-kept';
  readonly text: Uint8Array;
  /** Owners with all that they are to have but NSEC records and signatures. */
  readonly content: PrintedColumns;
  readonly ownerStatus: Uint8Array;
  /** The zone's name in canonical form. */
  readonly origin: Uint8Array;
  /** Those that sign what KSKs do not, no two of one tag and algorithm. */
  readonly keys: readonly KeptKey[];
  /** In seconds; undefined where owners have no NSEC record. */
  readonly nsecTtl: number | undefined;
  /** In epoch seconds. */
  readonly now: number;
  readonly found: KeptColumns;
}

/** A key whose signatures can stay. */
export interface KeptKey {
  readonly keyTag: number;
  readonly algorithm: number;
  /** Characters of a signature. */
  readonly signatureText: number;
  /** Seconds: a signature with less than this left cannot. */
  readonly refresh: number;
}

/** What was found, by rank. */
export interface KeptColumns {
  /** Where its text starts; 0 where it was not found. */
  readonly starts: Uint32Array;
  /** Where it ends; 0 where it cannot stay. */
  readonly ends: Uint32Array;
  /** How many signatures are in it. */
  readonly signatures: Uint16Array;
  /** By key, when the first of its signatures in all these texts expires. */
  readonly expirations: Uint32Array;
}

/** Room for what is to be found of so many owners. */
export function newKeptColumns(ownerCount: number, keys: number): KeptColumns {
  return {
    starts: allocateUint32(ownerCount),
    ends: allocateUint32(ownerCount),
    signatures: allocateUint16(ownerCount),
    expirations: allocateUint32(keys).fill(NEVER),
  };
}

/** Makes a thread ready to look for owners whose text can stay. */
export function prepareFindingKept(task: KeptTask): (first: number, last: number) => void {
  const search = new KeptSearch(task);
  return (first, last) => search.run(first, last);
}

class KeptSearch {
  readonly #task: KeptTask;
  readonly #printed: PrintedZone;
  readonly #rrsig: PrintedRrsig;
  readonly #nsec: NsecWriter;
  readonly #nsecRdata = new ByteBuffer(512);
  readonly #out = new ByteBuffer(4096);
  readonly #lines: LinePrinter;
  /** Where in the text one is. */
  #at = 0;
  /** Signatures of the current owner, and by key, when the first of them expires; the same for all whose text can stay. */
  #signatures = 0;
  readonly #ownerExpirations: Uint32Array;
  readonly #expirations: Uint32Array;

  constructor(task: KeptTask) {
    const { text, content, ownerStatus, origin, keys } = task;
    this.#task = task;
    this.#printed = new PrintedZone(text);
    this.#rrsig = new PrintedRrsig(text, origin);
    this.#nsec = new NsecWriter({ ...content, ownerStatus });
    this.#lines = new LinePrinter(content.zoneClass, this.#out);
    this.#ownerExpirations = new Uint32Array(keys.length);
    this.#expirations = new Uint32Array(keys.length);
  }

  run(first: number, last: number): void {
    const { ownerNames, nameBytes, nameOffsets } = this.#task.content;
    const { starts, ends, signatures, expirations } = this.#task.found;
    this.#expirations.fill(NEVER);
    let next = this.#printed.text.length;
    for (let rank = Math.max(first, 1); rank < last; rank++) {
      const name = nameOffsets[ownerNames[rank]!]!;
      this.#lines.enterOwner(nameBytes, name);
      const { head, ownerLength } = this.#lines;
      let found = this.#printed.findNear(next, head, ownerLength);
      if (found < 0) found = this.#printed.findOwner(nameBytes, name);
      if (found < 0) continue;
      next = found;
      this.#at = next;
      starts[rank] = next;
      if (this.#isKept(rank)) {
        ends[rank] = this.#at;
        signatures[rank] = this.#signatures;
        for (let key = 0; key < this.#expirations.length; key++)
          this.#expirations[key] = Math.min(this.#expirations[key]!, this.#ownerExpirations[key]!);
        next = this.#at;
      } else next = this.#printed.behindLines(next, head, ownerLength);
    }
    for (let key = 0; key < this.#expirations.length; key++) lower(expirations, key, this.#expirations[key]!);
  }

  /** Whether the text goes on with all that the owner of a rank is to have, and nothing else of its. */
  #isKept(rank: number): boolean {
    const { content, ownerStatus, nsecTtl } = this.#task;
    const { ownerRrsets, rrsetTypes } = content;
    const { head, ownerLength } = this.#lines;
    this.#signatures = 0;
    this.#ownerExpirations.fill(NEVER);
    let isNsecDue = nsecTtl !== undefined && ownerStatus[rank] !== OwnerStatus.Occluded;
    for (let rrset = ownerRrsets[rank]!, end = ownerRrsets[rank + 1]!; rrset < end; rrset++) {
      if (isNsecDue && rrsetTypes[rrset]! > Type.NSEC) {
        if (!this.#hasNsec(rank)) return false;
        isNsecDue = false;
      }
      if (!this.#hasRrset(rrset, ownerStatus[rank]!)) return false;
    }
    if (isNsecDue && !this.#hasNsec(rank)) return false;
    return !this.#printed.isAt(this.#at, head, ownerLength);
  }

  #hasRrset(rrset: number, status: number): boolean {
    const { rrsetTypes, rrsetTtls, rrsetRecords, records, rdataBytes, rdataOffsets, rdataLengths } =
      this.#task.content;
    const type = rrsetTypes[rrset]!;
    // These are printed and signed in ways of their own.
    if (type === Type.SOA || isKeyType(type)) return false;
    const ttl = rrsetTtls[rrset]!;
    this.#out.clear();
    this.#lines.enterRrset(type, ttl);
    for (let i = rrsetRecords[rrset]!, end = rrsetRecords[rrset + 1]!; i < end; i++) {
      const start = rdataOffsets[records[i]!]!;
      this.#lines.print(type, rdataBytes, start, start + rdataLengths[records[i]!]!);
    }
    if (!this.#passText()) return false;
    const isSigned =
      status === OwnerStatus.Authoritative || (status === OwnerStatus.Delegation && type === Type.DS);
    return !isSigned || this.#hasSignatures(type, ttl);
  }

  #hasNsec(rank: number): boolean {
    const { content, ownerStatus, nsecTtl = 0 } = this.#task;
    let next = rank + 1;
    while (ownerStatus[next] === OwnerStatus.Occluded) next++;
    const name = content.nameOffsets[content.ownerNames[next < ownerStatus.length ? next : 0]!]!;
    const rdata = this.#nsecRdata;
    rdata.clear();
    this.#nsec.append(rank, content.nameBytes, name, rdata);
    this.#out.clear();
    this.#lines.enterRrset(Type.NSEC, nsecTtl);
    this.#lines.print(Type.NSEC, rdata.bytes, 0, rdata.length);
    return this.#passText() && this.#hasSignatures(Type.NSEC, nsecTtl);
  }

  /** Passes over what is in `#out`; false where something else stands in the text. */
  #passText(): boolean {
    if (!this.#printed.isAt(this.#at, this.#out, this.#out.length)) return false;
    this.#at += this.#out.length;
    return true;
  }

  /** Whether an RRset has one signature of each key that still serves, and no other. */
  #hasSignatures(covered: number, ttl: number): boolean {
    const { keys } = this.#task;
    const start = this.#out;
    start.clear();
    this.#lines.enterRrset(Type.RRSIG, ttl);
    start.append(this.#lines.head.bytes, 0, this.#lines.head.length);
    printTypeName(covered, start);
    start.u8(SPACE);
    let missing = (1 << keys.length) - 1;
    while (this.#printed.isAt(this.#at, start, start.length)) {
      const key = this.#servingKey(covered, ttl, this.#at + start.length);
      if (key < 0 || (missing & (1 << key)) === 0) return false;
      missing &= ~(1 << key);
      this.#signatures++;
      this.#at = this.#rrsig.signatureStart + keys[key]!.signatureText + 1;
    }
    return missing === 0;
  }

  /** Which key made the signature that is printed at a place and still serves; -1 where none did or it does not. */
  #servingKey(covered: number, ttl: number, at: number): number {
    const rrsig = this.#rrsig;
    const { text, keys, now } = this.#task;
    if (!rrsig.read(covered, at, text.length) || rrsig.originalTtl !== ttl) return -1;
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]!;
      if (rrsig.keyTag !== key.keyTag || rrsig.algorithm !== key.algorithm) continue;
      const { inception, expiration } = rrsig;
      if (serialGreater(inception, now) || serialGreater(now + key.refresh, expiration)) return -1;
      if (text[rrsig.signatureStart + key.signatureText] !== NEWLINE) return -1;
      this.#ownerExpirations[i] = Math.min(this.#ownerExpirations[i]!, expiration);
      return i;
    }
    return -1;
  }
}

/** Makes a number that threads share no larger than another. */
function lower(numbers: Uint32Array, index: number, value: number): void {
  let seen = Atomics.load(numbers, index);
  while (value < seen) {
    const before = Atomics.compareExchange(numbers, index, seen, value);
    if (before === seen) return;
    seen = before;
  }
}
