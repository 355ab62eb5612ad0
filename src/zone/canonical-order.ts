import { allocateUint32, ByteBuffer } from '../dns/byte-buffer.ts';
import { compareNames, LOWER_CASE } from '../dns/name.ts';
import { sortOctetKeys, type OctetKeys } from '../dns/sort-keys.ts';
import type { NameTable } from './name-table.ts';

/** Names in canonical order (RFC 4034 section 6.1), and what is known of them without looking at them again, which is slow: they lie here and there. */
export interface SortedNames {
  /** Their numbers; shared memory. */
  readonly ids: Uint32Array;
  /** How many labels each has before the suffix that all share. */
  readonly depths: Uint8Array;
  /** The first four octets of what they are sorted by. */
  readonly prefixes: Uint32Array;
}

/**
 * Sorts names into canonical order.
 *
 * Each name gets a key whose octets compare like the name: labels from the right, in lower case, each closed by a zero octet, with the octets
 * 0 and 1 of a label written as 1,1 and 1,2.
 *
 * @param unsorted numbers of names
 * @param suffixLength octets of the suffix that all names share and that is left out of the keys (the zone's name)
 */
export function sortNames(names: NameTable, unsorted: Uint32Array, suffixLength: number): SortedNames {
  const keys = canonicalKeys(names, unsorted, suffixLength);
  const sorted = newNames(unsorted.length);
  const order = sortOctetKeys(keys, unsorted.length, sorted.prefixes);
  for (let i = 0; i < order.length; i++) {
    const from = order[i]!;
    sorted.ids[i] = unsorted[from]!;
    sorted.depths[i] = keys.depths[from]!;
  }
  return sorted;
}

/** Two lists of names as one; none is in both. */
export function mergeNames(names: NameTable, a: SortedNames, b: SortedNames): SortedNames {
  const { offsets } = names;
  const wire = names.wire.bytes;
  const merged = newNames(a.ids.length + b.ids.length);
  let next = 0;
  for (let i = 0; i <= b.ids.length; i++) {
    const start = next;
    if (i === b.ids.length) next = a.ids.length;
    else {
      const prefix = b.prefixes[i]!;
      while (
        next < a.ids.length &&
        (a.prefixes[next]! < prefix ||
          (a.prefixes[next] === prefix &&
            compareNames(wire, wire, offsets[a.ids[next]!], offsets[b.ids[i]!]) < 0))
      )
        next++;
    }
    copyNames(a, start, next, merged, start + i);
    copyNames(b, i, Math.min(i + 1, b.ids.length), merged, next + i);
  }
  return merged;
}

function newNames(count: number): SortedNames {
  return { ids: allocateUint32(count), depths: new Uint8Array(count), prefixes: new Uint32Array(count) };
}

/** Copies the names `[start, end)`. They are too few at once to be worth a call. */
function copyNames(from: SortedNames, start: number, end: number, to: SortedNames, at: number): void {
  for (let i = start; i < end; i++, at++) {
    to.ids[at] = from.ids[i]!;
    to.depths[at] = from.depths[i]!;
    to.prefixes[at] = from.prefixes[i]!;
  }
}

function canonicalKeys(
  names: NameTable,
  ids: Uint32Array,
  suffixLength: number,
): OctetKeys & { readonly depths: Uint8Array } {
  const out = new ByteBuffer(ids.length * 16 + 256);
  const offsets = new Uint32Array(ids.length + 1);
  const depths = new Uint8Array(ids.length);
  const labels = new Uint32Array(128);
  const wire = names.wire.bytes;
  for (let i = 0; i < ids.length; i++) {
    offsets[i] = out.length;
    const id = ids[i]!;
    const end = names.end(id) - suffixLength;
    let count = 0;
    for (let position = names.offsets[id]!; position < end; position += wire[position]! + 1)
      labels[count++] = position;
    depths[i] = count;
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
  return { bytes: out.view(), offsets, depths };
}
