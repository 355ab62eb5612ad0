import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createArithmetic, FREE, type Arithmetic } from '../../../src/io/crypto/curves/arithmetic.ts';
import { CURVE25519 } from '../../../src/io/crypto/curves/curve25519.ts';
import { INTEGER_SIZE, LIMBS, limbsOf } from '../../../src/io/crypto/curves/field-code.ts';
import { writeInteger } from '../../../src/io/crypto/curves/integers.ts';
import {
  createInversion,
  INVERSION_SIZE,
  fieldModulus,
  montgomeryForm,
  scalarModulus,
} from '../../../src/io/crypto/curves/inversion.ts';
import { P256 } from '../../../src/io/crypto/curves/p256.ts';
import { modulo, valueOf } from './limbs.ts';

const RADIX = 1n << 261n;
const [A, B, OUT, WORK] = [0, 1, 2, 3].map((at) => FREE + at * INTEGER_SIZE) as [
  number,
  number,
  number,
  number,
];

/** The integer at an address, as its limbs say, whatever these are. */
function read({ words }: Arithmetic, at: number): bigint {
  return valueOf([...words.subarray(at >> 2, (at >> 2) + LIMBS)]);
}

const curves = { 'P-256': P256, curve25519: CURVE25519 };
const moduli = Object.entries(curves).flatMap(([name, curve]) => {
  const arithmetic = createArithmetic(curve, 3 * INTEGER_SIZE + INVERSION_SIZE)!;
  return [
    {
      name: `the field prime of ${name}`,
      arithmetic,
      prime: curve.field.prime,
      product: 'multiply',
      squareTimes: 'squareTimes',
      reduce: 'reduceCoordinate',
      modulus: fieldModulus,
    },
    {
      name: `the group order of ${name}`,
      arithmetic,
      prime: curve.order,
      product: 'multiplyScalars',
      squareTimes: 'squareScalarTimes',
      reduce: 'reduceScalar',
      modulus: scalarModulus,
    },
  ] as const;
});

describe.each(moduli)('modulo $name', ({ arithmetic, prime, product, squareTimes, reduce, modulus }) => {
  const special = [
    0n,
    1n,
    2n,
    prime - 1n,
    prime,
    prime + 1n,
    (1n << 256n) - 1n,
    1n << 255n,
    (1n << 29n) - 1n,
  ];
  const integer = fc.oneof(fc.bigInt(0n, (1n << 256n) - 1n), fc.constantFrom(...special));

  test('a product is that of the integers divided by the radix', () => {
    fc.assert(
      fc.property(integer, integer, (a, b) => {
        writeInteger(arithmetic, A, a);
        writeInteger(arithmetic, B, b);
        arithmetic[product](OUT, A, B);
        expect(modulo(read(arithmetic, OUT) * RADIX, prime)).toBe(modulo(a * b, prime));
        expect(read(arithmetic, OUT)).toBeGreaterThan(-prime);
        expect(read(arithmetic, OUT)).toBeLessThan(2n * prime);
      }),
      { numRuns: 2000 },
    );
  });

  test('factors may be differences, and the result may take the place of one', () => {
    fc.assert(
      fc.property(integer, integer, integer, (a, b, c) => {
        const limbs = limbsOf(b);
        const difference = limbsOf(a).map((limb, i) => Number(limb - limbs[i]!));
        arithmetic.words.set(difference, A >> 2);
        writeInteger(arithmetic, B, c);
        arithmetic[product](B, A, B);
        expect(modulo(read(arithmetic, B) * RADIX, prime)).toBe(modulo((a - b) * c, prime));
      }),
      { numRuns: 1000 },
    );
  });

  test('an inverse times its integer is one, and zero stays zero', () => {
    const invert = createInversion(arithmetic, modulus(arithmetic), WORK);
    for (const value of [1n, 2n, prime - 1n, 0x1234567890abcdefn ** 4n % prime]) {
      writeInteger(arithmetic, A, montgomeryForm(value, prime));
      invert(B, A);
      arithmetic[product](OUT, A, B);
      expect(modulo(read(arithmetic, OUT), prime)).toBe(montgomeryForm(1n, prime));
    }
    writeInteger(arithmetic, A, prime);
    invert(B, A);
    expect(modulo(read(arithmetic, B), prime)).toBe(0n);
  });

  test('what a product may be is reduced to one between zero and the modulus', () => {
    const between = fc.bigInt(1n - prime, 2n * prime - 1n);
    const edges = fc.constantFrom(1n - prime, -1n, 0n, 1n, prime - 1n, prime, prime + 1n, 2n * prime - 1n);
    fc.assert(
      fc.property(fc.oneof(between, edges), (value) => {
        // As products are: the highest limb alone has a sign.
        const limbs = limbsOf(modulo(value, 1n << 261n)).map(Number);
        if (value < 0n) limbs[8]! -= 2 ** 29;
        arithmetic.words.set(limbs, A >> 2);
        expect(read(arithmetic, A)).toBe(value);
        arithmetic[reduce](A, A);
        expect([...arithmetic.words.subarray(A >> 2, (A >> 2) + LIMBS)]).toEqual(
          limbsOf(modulo(value, prime)).map(Number),
        );
      }),
      { numRuns: 500 },
    );
  });

  test('squares are products of an integer with itself, also again and again', () => {
    fc.assert(
      fc.property(integer, fc.integer({ min: 1, max: 9 }), (a, times) => {
        writeInteger(arithmetic, A, a);
        arithmetic[squareTimes](B, A, times);
        for (let i = 0; i < times; i++) arithmetic[product](A, A, A);
        expect(read(arithmetic, B)).toBe(read(arithmetic, A));
      }),
      { numRuns: 500 },
    );
  });
});

test.each([
  ['highest first', P256],
  ['lowest first', CURVE25519],
])('octets, the %s, become an integer and come out of it again', (order, curve) => {
  const arithmetic = createArithmetic(curve, INTEGER_SIZE + 64)!;
  const [from, to] = [A + INTEGER_SIZE, A + INTEGER_SIZE + 32];
  const all = fc.constant(new Uint8Array(32).fill(255));
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ minLength: 32, maxLength: 32 }), all), (octets) => {
      arithmetic.octets.set(octets, from);
      arithmetic.loadOctets(A, from);
      const highestFirst = order === 'highest first' ? octets : octets.toReversed();
      expect(read(arithmetic, A)).toBe(BigInt(`0x${Buffer.from(highestFirst).toString('hex')}`));
      arithmetic.storeOctets(to, A);
      expect([...arithmetic.octets.subarray(to, to + 32)]).toEqual([...octets]);
    }),
  );
});
