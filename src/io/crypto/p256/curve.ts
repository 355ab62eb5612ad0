import { FIELD_PRIME } from './field-code.ts';

/** A point of P-256. All of this is about public keys, so it need not take the same time for all. */
export interface Point {
  readonly x: bigint;
  readonly y: bigint;
}

/** The point that signatures are counted in (NIST SP 800-186 section 3.2.1.3). */
export const BASE_POINT: Point = {
  x: 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
  y: 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
};

/** Of the equation y² = x³ - 3x + b. */
export const CURVE_B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;

/** Twice a point. None of P-256 is its own opposite. */
export function double({ x, y }: Point): Point {
  const slope = modulo(3n * (x * x - 1n) * inverse(2n * y));
  const doubleX = modulo(slope * slope - 2n * x);
  return { x: doubleX, y: modulo(slope * (x - doubleX) - y) };
}

/** By Euclid's extended algorithm. */
function inverse(value: bigint): bigint {
  let [low, high] = [modulo(value), FIELD_PRIME];
  let [lowFactor, highFactor] = [1n, 0n];
  while (low > 1n) {
    const quotient = high / low;
    [low, high] = [high - quotient * low, low];
    [lowFactor, highFactor] = [highFactor - quotient * lowFactor, lowFactor];
  }
  return modulo(lowFactor);
}

function modulo(value: bigint): bigint {
  const rest = value % FIELD_PRIME;
  return rest < 0n ? rest + FIELD_PRIME : rest;
}
