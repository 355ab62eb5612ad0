import { ByteBuffer } from '../dns/byte-buffer.ts';
import { LOWER_CASE } from '../dns/name.ts';
import type { NameTable } from './name-table.ts';

/** Runs of names that a comparison sort does sooner than another pass over their keys. */
const SMALL_RUN = 24;

/**
 * Sorts name numbers into canonical order (RFC 4034 section 6.1), in place.
 *
 * Each name gets a key whose octets compare like the name: labels from the right, in lower case, each closed by a zero octet, with the octets
 * 0 and 1 of a label written as 1,1 and 1,2. Four octets of key and the name's index make one 64-bit integer, and integers sort natively.
 *
 * @param suffixLength octets of the suffix that all names share and that is left out of the keys (the zone's name)
 */
export function sortNames(names: NameTable, ids: Uint32Array, suffixLength: number): void {
  const keys = new SortKeys(names, ids, suffixLength);
  const order = new Uint32Array(ids.length);
  for (let i = 0; i < order.length; i++) order[i] = i;
  sortRun(keys, order, 0, order.length, 0);
  const unsorted = ids.slice();
  for (let i = 0; i < order.length; i++) ids[i] = unsorted[order[i]!]!;
}

class SortKeys {
  readonly bytes: Uint8Array;
  readonly offsets: Uint32Array;

  constructor(names: NameTable, ids: Uint32Array, suffixLength: number) {
    const out = new ByteBuffer(ids.length * 16 + 256);
    this.offsets = new Uint32Array(ids.length + 1);
    const labels = new Uint32Array(128);
    const wire = names.wire.bytes;
    for (let i = 0; i < ids.length; i++) {
      this.offsets[i] = out.length;
      const id = ids[i]!;
      const end = names.end(id) - suffixLength;
      let count = 0;
      for (let position = names.offsets[id]!; position < end; position += wire[position]! + 1)
        labels[count++] = position;
      out.reserve(512);
      const target = out.bytes;
      let at = out.length;
      while (count > 0) {
        const label = labels[--count]!;
        const last = label + wire[label]!;
        for (let k = label + 1; k <= last; k++) {
          const octet = LOWER_CASE[wire[k]!]!;
          if (octet < 2) {
            target[at++] = 1;
            target[at++] = octet + 1;
          } else target[at++] = octet;
        }
        target[at++] = 0;
      }
      out.length = at;
    }
    this.offsets[ids.length] = out.length;
    this.bytes = out.view();
  }

  /** Four octets of key `index` from `depth` on as an integer; zeros behind its end. */
  chunk(index: number, depth: number): number {
    const { bytes } = this;
    const start = this.offsets[index]! + depth;
    const left = this.offsets[index + 1]! - start;
    if (left >= 4) {
      return (
        ((bytes[start]! << 24) | (bytes[start + 1]! << 16) | (bytes[start + 2]! << 8) | bytes[start + 3]!) >>>
        0
      );
    }
    let value = 0;
    for (let i = 0; i < 4; i++) value = value * 256 + (i < left ? bytes[start + i]! : 0);
    return value;
  }

  compare(a: number, b: number, depth: number): number {
    const { bytes, offsets } = this;
    const aEnd = offsets[a + 1]!;
    const bEnd = offsets[b + 1]!;
    let x = offsets[a]! + depth;
    let y = offsets[b]! + depth;
    for (; x < aEnd && y < bEnd; x++, y++) {
      const difference = bytes[x]! - bytes[y]!;
      if (difference !== 0) return difference;
    }
    return aEnd - x - (bEnd - y);
  }
}

function sortRun(keys: SortKeys, order: Uint32Array, start: number, end: number, depth: number): void {
  const count = end - start;
  if (count < 2) return;
  if (count <= SMALL_RUN) {
    insertionSort(keys, order, start, end, depth);
    return;
  }
  // Little-endian halves of the 64-bit integers: index below, key above.
  const integers = new BigUint64Array(count);
  const halves = new Uint32Array(integers.buffer);
  for (let i = 0; i < count; i++) {
    const index = order[start + i]!;
    halves[2 * i] = index;
    halves[2 * i + 1] = keys.chunk(index, depth);
  }
  integers.sort();
  for (let i = 0; i < count; i++) order[start + i] = halves[2 * i]!;
  for (let run = 0; run < count;) {
    const key = halves[2 * run + 1]!;
    let next = run + 1;
    while (next < count && halves[2 * next + 1] === key) next++;
    if (next - run > 1) sortRun(keys, order, start + run, start + next, depth + 4);
    run = next;
  }
}

function insertionSort(keys: SortKeys, order: Uint32Array, start: number, end: number, depth: number): void {
  for (let i = start + 1; i < end; i++) {
    const moving = order[i]!;
    let at = i;
    while (at > start && keys.compare(order[at - 1]!, moving, depth) > 0) {
      order[at] = order[at - 1]!;
      at--;
    }
    order[at] = moving;
  }
}
