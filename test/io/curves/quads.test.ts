import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createArithmetic, FREE } from '../../../src/io/crypto/curves/arithmetic.ts';
import { CURVE25519 } from '../../../src/io/crypto/curves/curve25519.ts';
import { LIMBS } from '../../../src/io/crypto/curves/field-code.ts';
import { P256 } from '../../../src/io/crypto/curves/p256.ts';
import { LANES, QUAD_SIZE } from '../../../src/io/crypto/curves/quad-code.ts';
import { laneLimbs, modulo, valueOf, writeLaneLimbs } from './limbs.ts';

const RADIX = 1n << 261n;
const [A, B, OUT] = [0, 1, 2].map((at) => FREE + at * QUAD_SIZE) as [number, number, number];

/** What the limbs of factors may be at most, and what those of products are at most. */
const WIDEST = Math.floor(2 ** 29.5);
const LIMB = 2 ** 29;

const limb = fc.oneof(
  fc.integer({ min: -WIDEST, max: WIDEST }),
  fc.constantFrom(-WIDEST, WIDEST, -LIMB, LIMB, LIMB - 1, 1 - LIMB, -1, 0, 1),
);
const limbs = fc.array(limb, { minLength: LIMBS, maxLength: LIMBS });
const quad = fc.array(limbs, { minLength: LANES, maxLength: LANES });
/** All limbs the same: the sums of a place are as large as they get, of either sign. */
const extremes = [WIDEST, -WIDEST].map((value) => Array<number>(LIMBS).fill(value));

describe.each([
  ['P-256', P256],
  ['curve25519', CURVE25519],
])('%s', (_, curve) => {
  const { prime } = curve.field;
  const arithmetic = createArithmetic(curve, 3 * QUAD_SIZE)!;
  const { words } = arithmetic;

  function write(at: number, lanes: readonly (readonly number[])[]): void {
    for (const [lane, values] of lanes.entries()) writeLaneLimbs(words, at, lane, values);
  }

  const lanesAt = (at: number): number[][] =>
    Array.from({ length: LANES }, (_, lane) => laneLimbs(words, at, lane));

  /** Each lane is the product, and fit to be a factor and to be reduced: limbs of 29 bits, of which the highest alone has a sign. */
  function expectProducts(products: readonly bigint[], at: number): void {
    for (const [lane, product] of products.entries()) {
      const found = laneLimbs(words, at, lane);
      expect(modulo(valueOf(found) * RADIX, prime)).toBe(modulo(product, prime));
      expect(found.slice(0, -1).filter((low) => low < 0 || low >= LIMB)).toEqual([]);
      // The magnitude that is promised for factors of less than 4 p is that of the product divided by the radix, and p.
      const magnitude = product / RADIX;
      const off = valueOf(found) - magnitude;
      expect(off >= -1n && off <= prime + 1n).toBe(true);
    }
  }

  describe('four products at once', () => {
    test('are those of each lane, whatever limbs there are', () => {
      fc.assert(
        fc.property(quad, quad, (a, b) => {
          write(A, a);
          write(B, b);
          arithmetic.multiplyQuads(OUT, A, B);
          expectProducts(
            a.map((lane, i) => valueOf(lane) * valueOf(b[i]!)),
            OUT,
          );
        }),
        { numRuns: 300 },
      );
    });

    test('of the widest limbs of both signs, in each lane', () => {
      for (const left of extremes)
        for (const right of extremes)
          for (let lane = 0; lane < LANES; lane++) {
            const a = Array.from({ length: LANES }, (_, i) => (i === lane ? left : extremes[0]!));
            const b = Array.from({ length: LANES }, (_, i) => (i === lane ? right : extremes[0]!));
            write(A, a);
            write(B, b);
            arithmetic.multiplyQuads(OUT, A, B);
            expectProducts(
              a.map((values, i) => valueOf(values) * valueOf(b[i]!)),
              OUT,
            );
          }
    });

    test('of limbs whose differences are the widest', () => {
      const alternating = [0, 1].map((parity) =>
        Array.from({ length: LIMBS }, (_, i) => (i % 2 === parity ? WIDEST : -WIDEST)),
      );
      write(A, [...alternating, ...alternating]);
      write(B, [...alternating, ...alternating.toReversed()]);
      arithmetic.multiplyQuads(OUT, A, B);
      expectProducts(
        [0, 1, 2, 3].map((lane) => valueOf(laneLimbs(words, A, lane)) * valueOf(laneLimbs(words, B, lane))),
        OUT,
      );
    });

    test('of the widest differences with opposites of points', () => {
      // -2^30.1 and 2^29.1, 2^29.5
      const [low, high, other] = [-1_150_000_000, 575_000_000, WIDEST];
      const mixed = Array.from({ length: LIMBS }, (_, i) => (i % 2 === 0 ? low : high));
      const wide = [
        Array<number>(LIMBS).fill(low),
        mixed,
        mixed.toReversed(),
        Array<number>(LIMBS).fill(high),
      ];
      for (const sign of [1, -1]) {
        const b = Array<number>(LIMBS).fill(sign * other);
        write(A, wide);
        write(B, [b, b, b, b]);
        for (const [left, right] of [
          [A, B],
          [B, A],
        ] as const) {
          arithmetic.multiplyQuads(OUT, left, right);
          expectProducts(
            wide.map((a) => valueOf(a) * valueOf(b)),
            OUT,
          );
        }
      }
    });

    test('squares are the products with themselves', () => {
      fc.assert(
        fc.property(fc.oneof(quad, fc.constant([...extremes, ...extremes])), (a) => {
          write(A, a);
          arithmetic.squareQuads(OUT, A);
          expectProducts(
            a.map((lane) => valueOf(lane) ** 2n),
            OUT,
          );
          arithmetic.multiplyQuads(B, A, A);
          expect(lanesAt(OUT)).toEqual(lanesAt(B));
        }),
        { numRuns: 300 },
      );
    });

    test('the result may take the place of a factor', () => {
      fc.assert(
        fc.property(quad, quad, (a, b) => {
          write(A, a);
          write(B, b);
          arithmetic.multiplyQuads(OUT, A, B);
          arithmetic.multiplyQuads(A, A, B);
          expect(lanesAt(A)).toEqual(lanesAt(OUT));
          write(A, a);
          arithmetic.multiplyQuads(B, A, B);
          expect(lanesAt(B)).toEqual(lanesAt(OUT));
          arithmetic.squareQuads(OUT, A);
          arithmetic.squareQuads(A, A);
          expect(lanesAt(A)).toEqual(lanesAt(OUT));
        }),
        { numRuns: 100 },
      );
    });
  });

  test('four sums and four differences are limb by limb', () => {
    fc.assert(
      fc.property(quad, quad, (a, b) => {
        write(A, a);
        write(B, b);
        arithmetic.addQuads(OUT, A, B);
        expect(lanesAt(OUT)).toEqual(a.map((lane, i) => lane.map((value, j) => value + b[i]![j]!)));
        arithmetic.subtractQuads(OUT, A, B);
        expect(lanesAt(OUT)).toEqual(a.map((lane, i) => lane.map((value, j) => value - b[i]![j]!)));
      }),
      { numRuns: 100 },
    );
  });
});
