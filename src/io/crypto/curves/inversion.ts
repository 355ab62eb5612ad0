import type { Arithmetic } from './arithmetic.ts';
import { residue } from './curve.ts';
import { INTEGER_SIZE, LIMB_BITS, LIMBS } from './field-code.ts';
import { copyInteger } from './integers.ts';

/** Inverts an integer times Montgomery's radix; zero stays zero. `out` may be `a`. */
export type Invert = (out: number, a: number) => void;

/** A prime and the products modulo it. */
interface Modulus {
  readonly prime: bigint;
  readonly multiply: (out: number, a: number, b: number) => void;
  readonly squareTimes: (out: number, a: number, count: number) => void;
}

/** That of coordinates. */
export function fieldModulus({ curve, multiply, squareTimes }: Arithmetic): Modulus {
  return { prime: curve.field.prime, multiply, squareTimes };
}

/** That of scalars. */
export function scalarModulus({ curve, multiplyScalars, squareScalarTimes }: Arithmetic): Modulus {
  return { prime: curve.order, multiply: multiplyScalars, squareTimes: squareScalarTimes };
}

/** Octets of memory that inversions work in: powers whose exponents are 1, 2, 4, 8, 16, and 32 one bits. */
const POWERS = 6;
export const INVERSION_SIZE = POWERS * INTEGER_SIZE;

/** Inverses modulo a prime, all in the same time. */
export function createInversion(
  arithmetic: Arithmetic,
  { prime, multiply, squareTimes }: Modulus,
  work: number,
): Invert {
  const powers = Array.from({ length: POWERS }, (_, i) => work + i * INTEGER_SIZE);
  // By Fermat: a to the power of the prime less two.
  const [first, ...others] = stepsOf(prime - 2n);
  return (out, a) => {
    copyInteger(arithmetic, powers[0]!, a);
    for (let i = 1; i < POWERS; i++) {
      squareTimes(powers[i]!, powers[i - 1]!, 1 << (i - 1));
      multiply(powers[i]!, powers[i]!, powers[i - 1]!);
    }
    copyInteger(arithmetic, out, powers[first!.power]!);
    for (const { squarings, power } of others) {
      squareTimes(out, out, squarings);
      multiply(out, out, powers[power]!);
    }
  };
}

/** How an odd exponent, from its highest bit on, becomes squarings and products with powers of so many one bits. */
function stepsOf(exponent: bigint): { readonly squarings: number; readonly power: number }[] {
  const runs = exponent.toString(2).matchAll(/0*(1{32}|1{16}|1{8}|1{4}|11|1)/g);
  return [...runs].map(([bits, ones]) => ({ squarings: bits.length, power: Math.log2(ones!.length) }));
}

/** An integer times Montgomery's radix. */
export function montgomeryForm(integer: bigint, modulus: bigint): bigint {
  return residue(integer << BigInt(LIMBS * LIMB_BITS), modulus);
}
