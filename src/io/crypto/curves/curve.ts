import type { SparsePrime } from './field-code.ts';
import type { OctetOrder } from './octets-code.ts';

/** A curve y² = x³ + ax + b over the integers modulo a prime, and a point whose multiples are as many as a prime. */
export interface Curve {
  readonly field: SparsePrime;
  readonly a: bigint;
  readonly b: bigint;
  /** The point that signatures are counted in, and the number of its multiples: the modulus of scalars. */
  readonly base: Point;
  readonly order: bigint;
  /** How keys and signatures write integers. */
  readonly octetOrder: OctetOrder;
}

export interface Point {
  readonly x: bigint;
  readonly y: bigint;
}

/** x / z², y / z³: points that are doubled without a quotient. */
interface JacobianPoint extends Point {
  readonly z: bigint;
}

/** A point, twice the point, four times the point ...: so many. It takes longer for some points than for others, which is well for public ones. */
export function doublings({ field: { prime }, a }: Curve, point: Point, count: number): Point[] {
  const modulo = (value: bigint): bigint => residue(value, prime);
  const powers: JacobianPoint[] = [{ ...point, z: 1n }];
  while (powers.length < count) powers.push(double(powers.at(-1)!, a, modulo));
  // All denominators share one inverse.
  const products = [1n];
  for (const { z } of powers) products.push(modulo(products.at(-1)! * z));
  let rest = inverse(products.at(-1)!, prime);
  return powers
    .map(({ x, y, z }, i) => [{ x, y, z }, products[i]!] as const)
    .toReversed()
    .map(([{ x, y, z }, before]) => {
      const quotient = modulo(rest * before);
      rest = modulo(rest * z);
      const square = modulo(quotient * quotient);
      return { x: modulo(x * square), y: modulo(y * modulo(square * quotient)) };
    })
    .toReversed();
}

/** None of the points is its own opposite. */
function double({ x, y, z }: JacobianPoint, a: bigint, modulo: (value: bigint) => bigint): JacobianPoint {
  const [ySquare, zSquare] = [modulo(y * y), modulo(z * z)];
  const slope = modulo(3n * x * x + a * modulo(zSquare * zSquare));
  const product = modulo(4n * x * ySquare);
  const doubleX = modulo(slope * slope - 2n * product);
  return {
    x: doubleX,
    y: modulo(slope * (product - doubleX) - 8n * ySquare * ySquare),
    z: modulo(2n * y * z),
  };
}

/** By Euclid's extended algorithm. */
export function inverse(value: bigint, prime: bigint): bigint {
  let [low, high] = [residue(value, prime), prime];
  let [lowFactor, highFactor] = [1n, 0n];
  while (low > 1n) {
    const quotient = high / low;
    [low, high] = [high - quotient * low, low];
    [lowFactor, highFactor] = [highFactor - quotient * lowFactor, lowFactor];
  }
  return residue(lowFactor, prime);
}

/** The one between 0 and the modulus. */
export function residue(value: bigint, modulus: bigint): bigint {
  const rest = value % modulus;
  return rest < 0n ? rest + modulus : rest;
}
