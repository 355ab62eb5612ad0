import { allocateUint32, ByteBuffer } from '../dns/byte-buffer.ts';
import { compareNames, LOWER_CASE } from '../dns/name.ts';
import { sortOctetKeys, type OctetKeys } from '../dns/sort-keys.ts';
import type { NameList } from './name-list.ts';

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
 * Sorts names into canonical order. Names that differ only in letter case become one, spelled as the first of them.
 *
 * Each name gets a key whose octets compare like the name: labels from the right, in lower case, each closed by a zero octet, with the octets
 * 0 and 1 of a label written as 1,1 and 1,2.
 *
 * @param unsorted numbers of names
 * @param suffixLength octets of the suffix that all names share and that is left out of the keys (the zone's name)
 * @param ranks gets, by the number of each name, its place in the order
 */
export function sortNames(
  names: NameList,
  unsorted: Uint32Array,
  suffixLength: number,
  ranks: Uint32Array,
): SortedNames {
  const keys = canonicalKeys(names, unsorted, suffixLength);
  const sorted = newNames(unsorted.length);
  const { ids, depths, prefixes } = sorted;
  const { offsets } = names;
  const wire = names.wire.bytes;
  const order = sortOctetKeys(keys, unsorted.length, prefixes);
  let count = 0;
  for (let i = 0; i < order.length; i++) {
    const from = order[i]!;
    const id = unsorted[from]!;
    const isSame =
      count > 0 &&
      prefixes[i] === prefixes[count - 1] &&
      names.isSame(ids[count - 1]!, wire, offsets[id]!, names.end(id));
    if (!isSame) {
      ids[count] = id;
      depths[count] = keys.depths[from]!;
      prefixes[count] = prefixes[i]!;
      count++;
    }
    ranks[id] = count - 1;
  }
  return firstNames(sorted, count);
}

/** Two lists of names as one. */
export interface MergedNames {
  readonly names: SortedNames;
  /** Where each name of one list, and of the other, is now. */
  readonly placesOfA: Uint32Array;
  readonly placesOfB: Uint32Array;
}

/** Merges two lists of names; a name that is in both is spelled as in the first. */
export function mergeNames(names: NameList, a: SortedNames, b: SortedNames): MergedNames {
  const { offsets } = names;
  const wire = names.wire.bytes;
  const merged = newNames(a.ids.length + b.ids.length);
  const placesOfA = new Uint32Array(a.ids.length);
  const placesOfB = new Uint32Array(b.ids.length);
  let count = 0;
  let next = 0;
  const takeFromA = (): void => {
    copyName(a, next, merged, count);
    placesOfA[next++] = count++;
  };
  for (let i = 0; i < b.ids.length; i++) {
    const prefix = b.prefixes[i]!;
    let difference = -1;
    while (next < a.ids.length && a.prefixes[next]! <= prefix) {
      if (a.prefixes[next] === prefix) {
        difference = compareNames(wire, wire, offsets[a.ids[next]!], offsets[b.ids[i]!]);
        if (difference >= 0) break;
      }
      takeFromA();
    }
    placesOfB[i] = count;
    if (difference === 0) takeFromA();
    else copyName(b, i, merged, count++);
  }
  while (next < a.ids.length) takeFromA();
  return { names: firstNames(merged, count), placesOfA, placesOfB };
}

function newNames(count: number): SortedNames {
  return { ids: allocateUint32(count), depths: new Uint8Array(count), prefixes: new Uint32Array(count) };
}

function firstNames({ ids, depths, prefixes }: SortedNames, count: number): SortedNames {
  return {
    ids: ids.subarray(0, count),
    depths: depths.subarray(0, count),
    prefixes: prefixes.subarray(0, count),
  };
}

function copyName(from: SortedNames, at: number, to: SortedNames, place: number): void {
  to.ids[place] = from.ids[at]!;
  to.depths[place] = from.depths[at]!;
  to.prefixes[place] = from.prefixes[at]!;
}

function canonicalKeys(
  names: NameList,
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
