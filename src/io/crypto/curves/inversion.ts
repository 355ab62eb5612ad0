import type { Arithmetic } from './arithmetic.ts';
import { LIMB_BITS, LIMBS } from './field-code.ts';
import { residue } from './curve.ts';
import { writeInteger } from './integers.ts';

/** Inverts an integer times Montgomery's radix; zero stays zero. `out` must not be `a`. */
export type Invert = (out: number, a: number) => void;

/** A prime and the products modulo it. */
export interface Modulus {
  readonly prime: bigint;
  readonly multiply: (out: number, a: number, b: number) => void;
  readonly square: (out: number, a: number) => void;
}

export function fieldModulus({ curve, multiply, square }: Arithmetic): Modulus {
  return { prime: curve.field.prime, multiply, square };
}

export function scalarModulus({ curve, multiplyScalars, squareScalar }: Arithmetic): Modulus {
  return { prime: curve.order, multiply: multiplyScalars, square: squareScalar };
}

/**
 * Inverses modulo a prime, all in the same time.
 * @param one a place for the integer 1 times the radix, which stays there
 */
export function createInversion(
  arithmetic: Arithmetic,
  { prime, multiply, square }: Modulus,
  one: number,
): Invert {
  writeInteger(arithmetic, one, montgomeryForm(1n, prime));
  const exponent = (prime - 2n).toString(2);
  // By Fermat: a to the power of the prime less two.
  return (out, a) => {
    multiply(out, a, one);
    for (let i = 1; i < exponent.length; i++) {
      square(out, out);
      if (exponent[i] === '1') multiply(out, out, a);
    }
  };
}

/** An integer times Montgomery's radix. */
export function montgomeryForm(integer: bigint, modulus: bigint): bigint {
  return residue(integer << BigInt(LIMBS * LIMB_BITS), modulus);
}
