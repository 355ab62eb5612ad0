import { allocateUint32, ByteBuffer } from '../dns/byte-buffer.ts';
import { LOWER_CASE } from '../dns/name.ts';
import { compareOctetKeys, sortOctetKeys, type OctetKeys } from '../dns/sort-keys.ts';
import type { NameTable } from './name-table.ts';

/**
 * Sorts name numbers into canonical order (RFC 4034 section 6.1), in place.
 *
 * Each name gets a key whose octets compare like the name: labels from the right, in lower case, each closed by a zero octet, with the octets
 * 0 and 1 of a label written as 1,1 and 1,2.
 *
 * @param suffixLength octets of the suffix that all names share and that is left out of the keys (the zone's name)
 */
export function sortNames(names: NameTable, ids: Uint32Array, suffixLength: number): void {
  const order = sortOctetKeys(canonicalKeys(names, ids, suffixLength), ids.length);
  const unsorted = ids.slice();
  for (let i = 0; i < order.length; i++) ids[i] = unsorted[order[i]!]!;
}

/**
 * Two lists of names in canonical order as one.
 * @param suffixLength as for `sortNames`
 */
export function mergeNames(
  names: NameTable,
  a: Uint32Array,
  b: Uint32Array,
  suffixLength: number,
): Uint32Array {
  const aKeys = canonicalKeys(names, a, suffixLength);
  const bKeys = canonicalKeys(names, b, suffixLength);
  const merged = allocateUint32(a.length + b.length);
  let at = 0;
  let next = 0;
  for (let i = 0; i < b.length; i++) {
    while (next < a.length && compareOctetKeys(aKeys, next, bKeys, i) < 0) merged[at++] = a[next++]!;
    merged[at++] = b[i]!;
  }
  merged.set(a.subarray(next), at);
  return merged;
}

function canonicalKeys(names: NameTable, ids: Uint32Array, suffixLength: number): OctetKeys {
  const out = new ByteBuffer(ids.length * 16 + 256);
  const offsets = new Uint32Array(ids.length + 1);
  const labels = new Uint32Array(128);
  const wire = names.wire.bytes;
  for (let i = 0; i < ids.length; i++) {
    offsets[i] = out.length;
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
  offsets[ids.length] = out.length;
  return { bytes: out.view(), offsets };
}
