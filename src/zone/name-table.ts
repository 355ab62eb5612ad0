import { allocateInt32, allocateUint32, ByteBuffer } from '../dns/byte-buffer.ts';
import { LOWER_CASE, nameLength } from '../dns/name.ts';
import { FETCHED, fetchSlots } from './fetch.ts';

const EMPTY = 0xffffffff;

/**
 * Every owner name of a zone once, in wire form, numbered from 0 in the order of arrival.
 *
 * Names that differ only in letter case are one name; the spelling that came first is kept.
 */
export class NameTable {
  /** The names one behind the other. */
  readonly wire: ByteBuffer;
  /** Where in `wire` each name starts. The array may be longer than `count`. */
  offsets: Uint32Array;
  count = 0;

  /** What each name was found by; the array may be longer than `count`. */
  hashes: Int32Array;

  #slots: Uint32Array;
  #mask: number;

  /** @param expected how many names will come, roughly; it saves growing */
  constructor(expected = 64) {
    let slots = 128;
    while (slots < expected * 2) slots *= 2;
    this.wire = new ByteBuffer(Math.max(1024, expected * 48));
    this.offsets = allocateUint32(Math.max(64, expected * 2));
    this.hashes = allocateInt32(this.offsets.length);
    this.#slots = new Uint32Array(slots).fill(EMPTY);
    this.#mask = slots - 1;
  }

  /**
   * The number of the name in wire form at `bytes[start, end)`; it is added if it is new.
   */
  intern(bytes: Uint8Array, start: number, end: number): number {
    const hash = hashName(bytes, start, end);
    const slot = this.#slotOf(bytes, start, end, hash, this.count);
    const known = this.#slots[slot]!;
    if (known !== EMPTY) return known;
    const id = this.count++;
    if (id >= this.offsets.length) this.#resizeIndex(id * 2);
    this.#slots[slot] = id;
    this.hashes[id] = hash;
    this.offsets[id] = this.wire.length;
    this.wire.append(bytes, start, end);
    if (this.count * 2 > this.#slots.length) this.#growSlots();
    return id;
  }

  /** The numbers of all names of another table, in which none is twice. Those that are new are copied in runs. */
  internAll(bytes: Uint8Array, offsets: Uint32Array, hashes: Int32Array): Uint32Array {
    const ids = new Uint32Array(offsets.length);
    const known = this.count;
    this.reserve(ids.length, bytes.length);
    while ((known + ids.length) * 2 > this.#slots.length) this.#growSlots();
    // Names from `run` on are not copied yet; an octet of theirs goes `shift` octets behind its place in `bytes`.
    let run = 0;
    let shift = this.wire.length;
    for (let first = 0; first < ids.length; first += FETCHED) {
      const last = Math.min(first + FETCHED, ids.length);
      fetchSlots(this.#slots, this.#mask, hashes, first, last);
      for (let i = first; i < last; i++) {
        const start = offsets[i]!;
        const end = i + 1 < offsets.length ? offsets[i + 1]! : bytes.length;
        const slot = this.#slotOf(bytes, start, end, hashes[i]!, known);
        const id = this.#slots[slot]!;
        if (id === EMPTY) {
          ids[i] = this.#slots[slot] = this.count;
          this.hashes[this.count] = hashes[i]!;
          this.offsets[this.count] = start + shift;
          this.count++;
        } else {
          ids[i] = id;
          this.wire.append(bytes, run, start);
          run = end;
          shift = this.wire.length - run;
        }
      }
    }
    this.wire.append(bytes, run);
    return ids;
  }

  /** The slot of a name, or the empty one that it may get. Only names before `known` may be the same. */
  #slotOf(bytes: Uint8Array, start: number, end: number, hash: number, known: number): number {
    for (let slot = hash & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const id = this.#slots[slot]!;
      if (id === EMPTY || (id < known && this.hashes[id] === hash && this.#same(id, bytes, start, end)))
        return slot;
    }
  }

  /** The number of the name in wire form at `bytes[start, end)`, or -1. */
  find(bytes: Uint8Array, start = 0, end = start + nameLength(bytes, start)): number {
    const id = this.#slots[this.#slotOf(bytes, start, end, hashName(bytes, start, end), this.count)]!;
    return id === EMPTY ? -1 : id;
  }

  /** Makes room for `count` further names of `octets` altogether. */
  reserve(count: number, octets: number): void {
    if (this.count + count > this.offsets.length) this.#resizeIndex(this.count + count);
    this.wire.reserve(octets);
  }

  /** The name as a view of the table: valid until the next `intern`. */
  view(id: number): Uint8Array {
    const start = this.offsets[id]!;
    return this.wire.bytes.subarray(start, this.end(id));
  }

  /** Where in `wire` the name ends. */
  end(id: number): number {
    return id + 1 < this.count ? this.offsets[id + 1]! : this.wire.length;
  }

  #same(id: number, bytes: Uint8Array, start: number, end: number): boolean {
    const at = this.offsets[id]!;
    if (this.end(id) - at !== end - start) return false;
    const wire = this.wire.bytes;
    for (let i = 0, length = end - start; i < length; i++) {
      const a = wire[at + i]!;
      const b = bytes[start + i]!;
      if (a !== b && LOWER_CASE[a] !== LOWER_CASE[b]) return false;
    }
    return true;
  }

  #resizeIndex(size: number): void {
    const offsets = allocateUint32(size);
    offsets.set(this.offsets);
    this.offsets = offsets;
    const hashes = allocateInt32(size);
    hashes.set(this.hashes);
    this.hashes = hashes;
  }

  #growSlots(): void {
    const slots = new Uint32Array(this.#slots.length * 2).fill(EMPTY);
    const mask = slots.length - 1;
    for (let id = 0; id < this.count; id++) {
      let slot = this.hashes[id]! & mask;
      while (slots[slot] !== EMPTY) slot = (slot + 1) & mask;
      slots[slot] = id;
    }
    this.#slots = slots;
    this.#mask = mask;
  }
}

/** FNV-1a over the lower-case octets, finished so that its low bits are good table indexes; signed, which is an integer that needs no box. */
function hashName(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ LOWER_CASE[bytes[i]!]!, 0x01000193);
  return hash ^ (hash >>> 15);
}
