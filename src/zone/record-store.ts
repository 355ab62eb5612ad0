import { allocateUint16, allocateUint32, ByteBuffer } from '../dns/byte-buffer.ts';
import { inputError, type SourceLocation, type ZonewrightError } from '../errors.ts';
import { NameList } from './name-list.ts';

/** Octets of RDATA that 32-bit offsets can address. */
const MAX_RDATA_OCTETS = 0xffffffff;

/** By how much a store is going to grow. */
export interface StoreRoom {
  readonly records?: number;
  /** Octets of RDATA. */
  readonly rdata?: number;
  readonly names?: number;
  /** Octets of names. */
  readonly nameOctets?: number;
}

/** The columns of a store, which pass between threads as they are. */
export interface StoredRecords extends Readonly<
  Pick<RecordStore, 'owners' | 'types' | 'ttls' | 'rdataOffsets' | 'rdataLengths' | 'lines' | 'count'>
> {
  readonly rdataBytes: Uint8Array;
  readonly nameBytes: Uint8Array;
  readonly nameOffsets: Uint32Array;
}

/**
 * The records of a zone in the order in which they came, in wire form, without an object a record: columns of numbers, all in shared memory.
 *
 * RDATA is written to the end of `rdata` first; `add` then makes a record of it.
 */
export class RecordStore {
  readonly names: NameList;
  readonly rdata: ByteBuffer;
  count = 0;
  /** Columns; each may be longer than `count`. `owners` holds numbers of `names`, `ttls` seconds. */
  owners: Uint32Array;
  types: Uint16Array;
  ttls: Uint32Array;
  rdataOffsets: Uint32Array;
  rdataLengths: Uint16Array;
  lines: Uint32Array;

  readonly #files: { readonly firstRecord: number; readonly file: string }[] = [];

  /** @param textLength octets of the text that will be read, from which the sizes are guessed */
  constructor(textLength = 4096) {
    // Ample: what is not written takes no memory, and what need not grow is not copied.
    const expected = Math.max(64, Math.ceil(textLength / 32));
    this.names = new NameList(Math.ceil(expected / 3));
    this.rdata = new ByteBuffer(Math.max(1024, textLength));
    this.owners = allocateUint32(expected);
    this.types = allocateUint16(expected);
    this.ttls = allocateUint32(expected);
    this.rdataOffsets = allocateUint32(expected);
    this.rdataLengths = allocateUint16(expected);
    this.lines = allocateUint32(expected);
  }

  /** Adds a record whose RDATA was written to the end of `rdata` from `rdataStart` on. Returns its number. */
  add(owner: number, type: number, ttl: number, rdataStart: number, line = 0): number {
    const record = this.count;
    if (record === this.owners.length) this.#resize(Math.ceil(record * 1.5));
    if (this.rdata.length > MAX_RDATA_OCTETS) throw tooLarge();
    this.owners[record] = owner;
    this.types[record] = type;
    this.ttls[record] = ttl;
    this.rdataOffsets[record] = rdataStart;
    this.rdataLengths[record] = this.rdata.length - rdataStart;
    this.lines[record] = line;
    this.count++;
    return record;
  }

  /** Adds a record from whole pieces in wire form. */
  addRecord(owner: Uint8Array, type: number, ttl: number, rdata: Uint8Array): number {
    const start = this.rdata.length;
    this.rdata.append(rdata);
    return this.add(this.nextOwner(owner, 0, owner.length), type, ttl, start);
  }

  /** The number for the owner of the next record, whose name is `bytes[start, end)`: that of the last record, where it is spelled alike. */
  nextOwner(bytes: Uint8Array, start: number, end: number): number {
    const last = this.count === 0 ? -1 : this.owners[this.count - 1]!;
    return last >= 0 && this.names.isSpelled(last, bytes, start, end)
      ? last
      : this.names.append(bytes, start, end);
  }

  /** Adds the records of another store behind its own, as read from `lineOffset` lines further down. */
  append(other: StoredRecords, lineOffset: number): void {
    const { count, nameBytes, nameOffsets } = other;
    if (count === 0) return;
    this.reserve({
      records: count,
      rdata: other.rdataBytes.length,
      names: nameOffsets.length,
      nameOctets: nameBytes.length,
    });
    // Its first name may be that of our last record; its others follow.
    const firstOwner = this.nextOwner(nameBytes, nameOffsets[0]!, nameOffsets[1] ?? nameBytes.length);
    const shift = this.names.count - 1;
    this.names.appendAll(nameBytes, nameOffsets.subarray(1));
    const rdataStart = this.rdata.length;
    this.rdata.append(other.rdataBytes);
    if (this.rdata.length > MAX_RDATA_OCTETS) throw tooLarge();
    const first = this.count;
    for (let record = 0; record < count; record++) {
      const owner = other.owners[record]!;
      this.owners[first + record] = owner === 0 ? firstOwner : owner + shift;
      this.rdataOffsets[first + record] = rdataStart + other.rdataOffsets[record]!;
      this.lines[first + record] = lineOffset + other.lines[record]!;
    }
    this.types.set(other.types.subarray(0, count), first);
    this.ttls.set(other.ttls.subarray(0, count), first);
    this.rdataLengths.set(other.rdataLengths.subarray(0, count), first);
    this.count += count;
  }

  /** What is in the store, for `append` in another thread. */
  records(): StoredRecords {
    const { owners, types, ttls, rdataOffsets, rdataLengths, lines, count } = this;
    return {
      ...{ owners, types, ttls, rdataOffsets, rdataLengths, lines, count },
      rdataBytes: this.rdata.view(),
      nameBytes: this.names.wire.view(),
      nameOffsets: this.names.offsets.subarray(0, this.names.count),
    };
  }

  /** Makes room, so that no column moves until it is used up: other threads may read what is there. */
  reserve({ records = 0, rdata = 0, names = 0, nameOctets = 0 }: StoreRoom): void {
    if (this.count + records > this.owners.length) this.#resize(this.count + records);
    this.rdata.reserve(rdata);
    this.names.reserve(names, nameOctets);
  }

  /** The RDATA of a record as a view: valid until the store grows. */
  rdataOf(record: number): Uint8Array {
    const start = this.rdataOffsets[record]!;
    return this.rdata.bytes.subarray(start, start + this.rdataLengths[record]!);
  }

  /** Says that records from now on come from `file`. */
  enterFile(file: string): void {
    this.#files.push({ firstRecord: this.count, file });
  }

  /** Where a record was read, as far as it was read from a file. */
  locationOf(record: number): SourceLocation | undefined {
    const line = this.lines[record]!;
    if (line === 0) return undefined;
    const source = this.#files.findLast(({ firstRecord }) => firstRecord <= record);
    return source === undefined ? undefined : { file: source.file, line };
  }

  /** The beginning of what was read, for what concerns the zone as a whole. */
  startLocation(): SourceLocation | undefined {
    const first = this.#files[0];
    return first === undefined ? undefined : { file: first.file, line: 1 };
  }

  #resize(size: number): void {
    this.owners = grown(this.owners, allocateUint32(size));
    this.types = grown(this.types, allocateUint16(size));
    this.ttls = grown(this.ttls, allocateUint32(size));
    this.rdataOffsets = grown(this.rdataOffsets, allocateUint32(size));
    this.rdataLengths = grown(this.rdataLengths, allocateUint16(size));
    this.lines = grown(this.lines, allocateUint32(size));
  }
}

function tooLarge(): ZonewrightError {
  return inputError('zone/too-large', 'the zone does not fit: its RDATA takes more than 4 GiB in wire form');
}

function grown<T extends Uint32Array | Uint16Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
