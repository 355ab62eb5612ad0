import { LIMB_BITS, LIMBS, loadLimbs, oddRepresentative } from './field-code.ts';
import { range, wasm, type Code, type WasmFunction } from './wasm-assembler.ts';

/**
 * How a scalar becomes additions: an odd one is a sum of odd digits, one at every so many bits, so that none is zero and every scalar takes the same
 * additions. Of the bits above a digit's place, the highest says whether the digit is positive; then the others count the odd multiples 1, 3, ...
 * Where it is negative, their complement does.
 */
export interface Digits {
  /** Bits of a digit, at most 15. */
  readonly bits: number;
  /** Digits of a scalar: the group order takes up to 256 bits, and the odd scalars that stand for others up to two more. */
  readonly count: number;
}

export const digitsOf = (bits: number): Digits => ({ bits, count: Math.ceil(258 / bits) });
/** The odd multiples that digits count. */
export const multiplesOf = ({ bits }: Digits): number => 1 << (bits - 1);

/**
 * `name(out, a)`: the digits of a, which is between -n and 2n, modulo the group order n. They go to every `stride`-th octet from `out` on, as one octet or, if
 * they are longer, as two. It takes the same time for all.
 */
export function recoding(name: string, order: bigint, { bits, count }: Digits, stride: number): WasmFunction {
  const [out, a] = [0, 1];
  const limbs = range(2, LIMBS);
  const spare = 2 + LIMBS;
  const store = bits > 8 ? wasm.store16 : wasm.store8;
  const digits = range(0, count).map((digit) => [
    wasm.get(out),
    [bitsFrom(limbs, digit * bits + 1), wasm.constant((1n << BigInt(bits)) - 1n), wasm.and],
    store(digit * stride),
  ]);
  const code = [loadLimbs(a, limbs), oddRepresentative(order, limbs, spare, bits * count), digits];
  return { name, parameters: 2, locals: LIMBS + 1, code };
}

/** A word that starts with the bit of an integer: those of a limb and of the one after it. */
function bitsFrom(limbs: readonly number[], bit: number): Code {
  const index = Math.floor(bit / LIMB_BITS);
  const next = limbs[index + 1];
  return [
    [wasm.get(limbs[index]!), wasm.constant(BigInt(bit % LIMB_BITS)), wasm.shiftRight],
    next === undefined
      ? []
      : [wasm.get(next), wasm.constant(BigInt(LIMB_BITS - (bit % LIMB_BITS))), wasm.shiftLeft, wasm.or],
  ];
}
