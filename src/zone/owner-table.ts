import { LOWER_CASE } from '../dns/name.ts';
import type { NameList } from './name-list.ts';

const EMPTY = 0xffffffff;

/** Finds owners of a zone by their names, letter case aside. */
export class OwnerTable {
  readonly #names: NameList;
  readonly #ownerNames: Uint32Array;
  readonly #slots: Uint32Array;
  readonly #mask: number;

  /**
   * @param ownerNames rank → number of the name
   * @param rankOfName number of a name → rank, or anything that is none. In this order names are near each other.
   */
  constructor(names: NameList, ownerNames: Uint32Array, rankOfName: Uint32Array) {
    let slots = 128;
    while (slots < ownerNames.length * 2) slots *= 2;
    this.#names = names;
    this.#ownerNames = ownerNames;
    this.#slots = new Uint32Array(slots).fill(EMPTY);
    this.#mask = slots - 1;
    const wire = names.wire.bytes;
    for (let id = 0; id < rankOfName.length; id++) {
      const rank = rankOfName[id]!;
      if (ownerNames[rank] !== id) continue;
      let slot = hashName(wire, names.offsets[id]!, names.end(id)) & this.#mask;
      while (this.#slots[slot] !== EMPTY) slot = (slot + 1) & this.#mask;
      this.#slots[slot] = rank;
    }
  }

  /** The rank of the owner in wire form at `bytes[start, end)`, or -1. */
  find(bytes: Uint8Array, start: number, end: number): number {
    for (let slot = hashName(bytes, start, end) & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const rank = this.#slots[slot]!;
      if (rank === EMPTY) return -1;
      if (this.#names.isSame(this.#ownerNames[rank]!, bytes, start, end)) return rank;
    }
  }
}

/** FNV-1a over the lower-case octets, finished so that its low bits are good table indexes. */
function hashName(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ LOWER_CASE[bytes[i]!]!, 0x01000193);
  return hash ^ (hash >>> 15);
}
