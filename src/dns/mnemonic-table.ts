import { LOWER_CASE } from './name.ts';

interface Entry {
  readonly text: Uint8Array;
  readonly value: number;
}

/** Looks words up by their octets, letter case aside, without making a string of them. */
export class MnemonicTable {
  readonly #slots: (Entry | undefined)[];
  readonly #mask: number;

  constructor(entries: Iterable<readonly [mnemonic: string, value: number]>) {
    const list = [...entries];
    let size = 16;
    while (size < list.length * 4) size *= 2;
    this.#mask = size - 1;
    this.#slots = new Array<Entry | undefined>(size).fill(undefined);
    for (const [mnemonic, value] of list) {
      const text = Uint8Array.from(mnemonic.toLowerCase(), (character) => character.charCodeAt(0));
      let slot = this.#hash(text, 0, text.length);
      while (this.#slots[slot] !== undefined) slot = (slot + 1) & this.#mask;
      this.#slots[slot] = { text, value };
    }
  }

  /** The value of the word `bytes[start, end)`, or -1. */
  find(bytes: Uint8Array, start: number, end: number): number {
    const length = end - start;
    for (let slot = this.#hash(bytes, start, end); ; slot = (slot + 1) & this.#mask) {
      const entry = this.#slots[slot];
      if (entry === undefined) return -1;
      if (entry.text.length !== length) continue;
      let i = 0;
      while (i < length && entry.text[i] === LOWER_CASE[bytes[start + i]!]) i++;
      if (i === length) return entry.value;
    }
  }

  #hash(bytes: Uint8Array, start: number, end: number): number {
    let hash = end - start;
    for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + LOWER_CASE[bytes[i]!]!) | 0;
    return (hash ^ (hash >>> 12)) & this.#mask;
  }
}
