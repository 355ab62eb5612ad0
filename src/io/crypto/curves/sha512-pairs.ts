import {
  BLOCK_SIZE,
  compression,
  DIGEST_SIZE,
  digestStore,
  sha512Constants,
  STATE_SIZE,
} from './sha512-code.ts';
import { instantiate, type WasmMemory } from './wasm-engine.ts';

/** A message in memory, with room after it (`paddedSize`), and where its digest goes. */
export interface DigestedMessage {
  readonly at: number;
  readonly length: number;
  readonly digest: number;
}

interface Functions {
  readonly compress: (state: number, left: number, right: number, constants: number) => void;
  readonly storeDigests: (left: number, right: number, state: number) => void;
}

/** Octets after a message: a one bit, and its length in bits. */
const PADDING = 1 + 16;

/** Octets that a message takes with what is put after it. */
export function paddedSize(length: number): number {
  return Math.ceil((length + PADDING) / BLOCK_SIZE) * BLOCK_SIZE;
}

/** Places in memory, from where it begins. */
const START = 0;
const STATE = START + STATE_SIZE;
const UNUSED_DIGEST = STATE + STATE_SIZE;
const CONSTANTS = UNUSED_DIGEST + DIGEST_SIZE;

/** SHA-512 of messages in memory, two at a time. What they are changes neither time nor addresses, only how long they are. */
export class Sha512Pairs {
  /** Octets of memory that it works in. They begin where vectors may. */
  static readonly SIZE = CONSTANTS + 80 * 8;

  readonly #functions: Functions;
  readonly #octets: Uint8Array;
  readonly #at: number;

  private constructor(functions: Functions, { buffer }: WasmMemory, at: number) {
    this.#functions = functions;
    this.#octets = new Uint8Array(buffer);
    this.#at = at;
    const { rounds, state } = sha512Constants();
    new BigUint64Array(buffer, at + CONSTANTS).set(rounds);
    new BigUint64Array(buffer, at + START).set([...state].flatMap((word) => [word, word]));
  }

  /** Undefined where this process runs no WebAssembly, or none with vectors. */
  static create(memory: WasmMemory, at: number): Sha512Pairs | undefined {
    const functionsOf = () => [compression('compress'), digestStore('storeDigests')];
    const functions = instantiate(Sha512Pairs, functionsOf, memory);
    return functions && new Sha512Pairs(functions as Functions, memory, at);
  }

  /** Digests them all, and puts padding after each. */
  digest(messages: readonly DigestedMessage[]): void {
    for (let i = 0; i < messages.length; i += 2)
      this.#digestPair(messages[i]!, messages[i + 1] ?? messages[i]!);
  }

  /** Leaves nothing in memory of the last messages. */
  forget(): void {
    this.#octets.fill(0, this.#at + STATE, this.#at + CONSTANTS);
  }

  #digestPair(left: DigestedMessage, right: DigestedMessage): void {
    const { compress, storeDigests } = this.#functions;
    const [state, unused] = [this.#at + STATE, this.#at + UNUSED_DIGEST];
    const [leftLast, rightLast] = [this.#pad(left), this.#pad(right)];
    this.#octets.copyWithin(state, this.#at + START, this.#at + START + STATE_SIZE);
    const last = Math.max(leftLast, rightLast);
    for (let block = 0; block <= last; block += BLOCK_SIZE) {
      // The shorter one does its last block again, and nobody looks at what comes of it.
      const [leftBlock, rightBlock] = [Math.min(block, leftLast), Math.min(block, rightLast)];
      compress(state, left.at + leftBlock, right.at + rightBlock, this.#at + CONSTANTS);
      if (block === leftLast || block === rightLast)
        storeDigests(
          block === leftLast ? left.digest : unused,
          block === rightLast ? right.digest : unused,
          state,
        );
    }
  }

  /** Returns where the last block begins, in octets from the first. */
  #pad({ at, length }: DigestedMessage): number {
    const octets = this.#octets;
    const size = paddedSize(length);
    octets.fill(0, at + length, at + size);
    octets[at + length] = 0x80;
    const bits = length * 8;
    for (let i = 1; i <= 4; i++) octets[at + size - i] = bits >>> (8 * (i - 1));
    return size - BLOCK_SIZE;
  }
}
