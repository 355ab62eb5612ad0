import { LIMB_BITS, LIMB_MASK, LIMBS } from './field-code.ts';
import { range, wasm, type Code, type WasmFunction } from './wasm-assembler.ts';

/** Octets of integers as keys and signatures have them. */
export const INTEGER_OCTETS = 32;
/** Which one comes first: that of the highest bits (SEC 1) or of the lowest (RFC 8032). */
export type OctetOrder = 'highest first' | 'lowest first';

const { vector, octets, pairs } = wasm;

const WORD_BITS = 64;
/** Halves of the octets, the low one first. */
const HALVES = 2;

/** `name(out, octets)`: 32 octets as an integer. */
export function octetsLoad(name: string, order: OctetOrder): WasmFunction {
  const [out, from] = [0, 1];
  const words = range(2, 2 * HALVES);
  const half = 2 + words.length;
  const code = [
    range(0, HALVES).map((i) => [
      [wasm.get(from), vector.load(octetsOfHalf(order, i)), inOrder(order), wasm.set(half)],
      [0, 1].map((lane) => [wasm.get(half), pairs.extractLane(lane), wasm.set(words[2 * i + lane]!)]),
    ]),
    range(0, LIMBS).map((limb) => {
      const [index, bit] = wordOf(limb);
      const next = words[index + 1];
      return [
        wasm.get(out),
        [wasm.get(words[index]!), wasm.constant(BigInt(bit)), wasm.shiftRightUnsigned],
        next === undefined || bit <= WORD_BITS - LIMB_BITS
          ? []
          : [wasm.get(next), wasm.constant(BigInt(WORD_BITS - bit)), wasm.shiftLeft, wasm.or],
        [wasm.constant(BigInt(LIMB_MASK)), wasm.and, wasm.store(4 * limb)],
      ];
    }),
  ];
  return { name, parameters: 2, locals: words.length, vectors: 1, code };
}

/** `name(octets, a)`: an integer between 0 and 2^256, all of whose limbs are in range, as 32 octets. */
export function octetsStore(name: string, order: OctetOrder): WasmFunction {
  const [out, a] = [0, 1];
  const words = range(2, 2 * HALVES);
  const limb = 2 + words.length;
  const code = [
    range(0, LIMBS).map((i) => {
      const [index, bit] = wordOf(i);
      const next = words[index + 1];
      const addTo = (word: number, shift: Code): Code => [
        [wasm.get(word), wasm.get(limb), shift, wasm.or, wasm.set(word)],
      ];
      return [
        [wasm.get(a), wasm.load(4 * i), wasm.set(limb)],
        addTo(words[index]!, [wasm.constant(BigInt(bit)), wasm.shiftLeft]),
        next === undefined || bit <= WORD_BITS - LIMB_BITS
          ? []
          : addTo(next, [wasm.constant(BigInt(WORD_BITS - bit)), wasm.shiftRight]),
      ];
    }),
    range(0, HALVES).map((i) => [
      wasm.get(out),
      [wasm.get(words[2 * i]!), pairs.splat, wasm.get(words[2 * i + 1]!), pairs.replaceLane(1)],
      [inOrder(order), vector.store(octetsOfHalf(order, i))],
    ]),
  ];
  return { name, parameters: 2, locals: words.length + 1, code };
}

/** The word of 64 bits that a limb begins in, and the bit. */
function wordOf(limb: number): readonly [number, number] {
  return [Math.floor((limb * LIMB_BITS) / WORD_BITS), (limb * LIMB_BITS) % WORD_BITS];
}

/** Where the low half or the high one is. */
function octetsOfHalf(order: OctetOrder, half: number): number {
  return order === 'lowest first' ? 16 * half : 16 * (1 - half);
}

/** From or to the order of words, the lowest first. */
function inOrder(order: OctetOrder): Code {
  return order === 'lowest first' ? [] : [octets.indices(range(0, 16).toReversed()), octets.pick];
}
