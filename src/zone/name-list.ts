import { allocateUint32, ByteBuffer } from '../dns/byte-buffer.ts';
import { LOWER_CASE } from '../dns/name.ts';

/**
 * Owner names in wire form, numbered from 0 in the order of arrival.
 *
 * A name may be there more than once: names are told apart when they are sorted, which a table of them would only repeat.
 */
export class NameList {
  /** The names one behind the other. */
  readonly wire: ByteBuffer;
  /** Where in `wire` each name starts. The array may be longer than `count`. */
  offsets: Uint32Array;
  count = 0;

  /** @param expected how many names will come, roughly; it saves growing */
  constructor(expected = 64) {
    this.wire = new ByteBuffer(Math.max(1024, expected * 48));
    this.offsets = allocateUint32(Math.max(64, expected * 2));
  }

  /** Adds the name in wire form at `bytes[start, end)`, and returns its number. */
  append(bytes: Uint8Array, start: number, end: number): number {
    const id = this.count++;
    if (id >= this.offsets.length) this.#resize(id * 2);
    this.offsets[id] = this.wire.length;
    this.wire.append(bytes, start, end);
    return id;
  }

  /** Adds all names that start at `offsets` in `bytes`, one behind the other up to its end. */
  appendAll(bytes: Uint8Array, offsets: Uint32Array): void {
    if (offsets.length === 0) return;
    this.reserve(offsets.length, bytes.length);
    const start = offsets[0]!;
    const shift = this.wire.length - start;
    for (let i = 0; i < offsets.length; i++) this.offsets[this.count++] = offsets[i]! + shift;
    this.wire.append(bytes, start);
  }

  /** Makes room for `count` further names of `octets` altogether. */
  reserve(count: number, octets: number): void {
    if (this.count + count > this.offsets.length) this.#resize(this.count + count);
    this.wire.reserve(octets);
  }

  /** The name as a view of the list: valid until another is added. */
  view(id: number): Uint8Array {
    return this.wire.bytes.subarray(this.offsets[id], this.end(id));
  }

  /** Where in `wire` the name ends. */
  end(id: number): number {
    return id + 1 < this.count ? this.offsets[id + 1]! : this.wire.length;
  }

  /** Whether a name has the octets `bytes[start, end)`, letter case included. */
  isSpelled(id: number, bytes: Uint8Array, start: number, end: number): boolean {
    const at = this.offsets[id]!;
    if (this.end(id) - at !== end - start) return false;
    const wire = this.wire.bytes;
    for (let i = 0; i < end - start; i++) if (wire[at + i] !== bytes[start + i]) return false;
    return true;
  }

  /** Whether a name is the one with the octets `bytes[start, end)`, letter case aside. */
  isSame(id: number, bytes: Uint8Array, start: number, end: number): boolean {
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

  #resize(size: number): void {
    const offsets = allocateUint32(size);
    offsets.set(this.offsets);
    this.offsets = offsets;
  }
}
