import { beforeEach, describe, expect, test } from '@jest/globals';
import { p256 } from '@noble/curves/nist.js';
import fc from 'fast-check';
import { AdditionRound } from '../../../src/io/crypto/p256/addition-round.ts';
import {
  createArithmetic,
  FREE,
  POINT_SIZE,
  SUM_SIZE,
  type Arithmetic,
} from '../../../src/io/crypto/p256/arithmetic.ts';
import { BASE_POINT, double, type Point } from '../../../src/io/crypto/p256/curve.ts';
import {
  FIELD_PRIME,
  GROUP_ORDER,
  INTEGER_SIZE,
  LIMB_BITS,
  LIMBS,
  limbsOf,
} from '../../../src/io/crypto/p256/field-code.ts';
import { normalise, octetOf, writeInteger, writeOctets } from '../../../src/io/crypto/p256/integers.ts';
import {
  createInversion,
  fieldModulus,
  montgomeryForm,
  scalarModulus,
} from '../../../src/io/crypto/p256/inversion.ts';
import {
  multiple,
  TABLE_SIZE,
  TABLE_WORK_SIZE,
  writeMultiples,
} from '../../../src/io/crypto/p256/multiples.ts';

const RADIX = 1n << 261n;
const [A, B, OUT, ONE] = [0, 1, 2, 3].map((at) => FREE + at * INTEGER_SIZE) as [
  number,
  number,
  number,
  number,
];
const ROUND = ONE + INTEGER_SIZE;
const REST = ROUND + AdditionRound.SIZE;

let arithmetic: Arithmetic;
beforeEach(() => {
  arithmetic = createArithmetic(REST + 2 * TABLE_SIZE)!;
});

/** The integer at an address, as its limbs say, whatever these are. */
function read(at: number): bigint {
  const limbs = [...arithmetic.words.subarray(at >> 2, (at >> 2) + LIMBS)];
  return limbs.reduceRight((value, limb) => (value << BigInt(LIMB_BITS)) + BigInt(limb), 0n);
}

const modulo = (value: bigint, modulus: bigint): bigint => ((value % modulus) + modulus) % modulus;

const primes = [
  { name: 'the field prime', prime: FIELD_PRIME, product: 'multiply', modulus: fieldModulus },
  { name: 'the group order', prime: GROUP_ORDER, product: 'multiplyScalars', modulus: scalarModulus },
] as const;

describe.each(primes)('modulo $name', ({ prime, product, modulus }) => {
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
        expect(modulo(read(OUT) * RADIX, prime)).toBe(modulo(a * b, prime));
        expect(read(OUT)).toBeGreaterThan(-prime);
        expect(read(OUT)).toBeLessThan(2n * prime);
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
        expect(modulo(read(B) * RADIX, prime)).toBe(modulo((a - b) * c, prime));
      }),
      { numRuns: 1000 },
    );
  });

  test('an inverse times its integer is one, and zero stays zero', () => {
    const invert = createInversion(arithmetic, modulus(arithmetic), ONE);
    for (const value of [1n, 2n, prime - 1n, 0x1234567890abcdefn ** 4n % prime]) {
      writeInteger(arithmetic, A, montgomeryForm(value, prime));
      invert(B, A);
      arithmetic[product](OUT, A, B);
      expect(modulo(read(OUT), prime)).toBe(montgomeryForm(1n, prime));
    }
    writeInteger(arithmetic, A, prime);
    invert(B, A);
    expect(modulo(read(B), prime)).toBe(0n);
  });

  test('what is off by some times the modulus becomes normal', () => {
    const limbs = limbsOf(prime).map(Number);
    for (const value of [0n, 1n, prime - 1n])
      for (const off of [-3, -1, 0, 1, 3]) {
        const wide = limbsOf(value).map((limb, i) => Number(limb) + off * limbs[i]!);
        arithmetic.words.set(wide, A >> 2);
        normalise(arithmetic, A, limbs);
        expect(read(A)).toBe(value);
        expect([...arithmetic.words.subarray(A >> 2, (A >> 2) + LIMBS)]).toEqual(limbsOf(value).map(Number));
      }
  });
});

test('octets become an integer and come out of it again', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (octets) => {
      writeOctets(arithmetic, A, octets);
      expect(read(A)).toBe(BigInt(`0x${Buffer.from(octets).toString('hex')}`));
      const out = Array.from({ length: 32 }, (_, i) => octetOf(arithmetic, A, 31 - i));
      expect(out).toEqual([...octets]);
    }),
  );
});

describe('points', () => {
  const noblePoint = (factor: bigint): Point => p256.Point.BASE.multiply(factor).toAffine();

  const writePoint = (at: number, { x, y }: Point): void => {
    writeInteger(arithmetic, at, montgomeryForm(x, FIELD_PRIME));
    writeInteger(arithmetic, at + INTEGER_SIZE, montgomeryForm(y, FIELD_PRIME));
  };

  const readPoint = (at: number): Point => {
    writeInteger(arithmetic, ONE, 1n);
    const [x, y] = [at, at + INTEGER_SIZE].map((coordinate) => {
      arithmetic.multiply(OUT, coordinate, ONE);
      return modulo(read(OUT), FIELD_PRIME);
    }) as [bigint, bigint];
    return { x, y };
  };

  test('are doubled', () => {
    expect(double(BASE_POINT)).toEqual(noblePoint(2n));
    expect(double(noblePoint(GROUP_ORDER - 5n))).toEqual(noblePoint(GROUP_ORDER - 10n));
  });

  test('are added, many with one inversion', () => {
    const round = new AdditionRound(arithmetic, ROUND);
    const pairs = Array.from(
      { length: 40 },
      (_, i) => [BigInt(i * i + 2), GROUP_ORDER - BigInt(7 * i + 1)] as const,
    );
    const sum = (i: number): number => REST + i * SUM_SIZE;
    const point = (i: number): number => REST + pairs.length * SUM_SIZE + i * POINT_SIZE;
    for (const [i, [left, right]] of pairs.entries()) {
      writePoint(sum(i), noblePoint(left));
      writePoint(point(i), noblePoint(right));
      round.add(sum(i), point(i));
    }
    expect(round.finish()).toBe(true);
    for (const [i, [left, right]] of pairs.entries())
      expect(readPoint(sum(i))).toEqual(noblePoint(modulo(left + right, GROUP_ORDER)));
  });

  test.each([
    ['itself', 5n],
    ['its opposite', GROUP_ORDER - 5n],
  ])('a round with an addition of a point and %s adds nothing', (_, other) => {
    const round = new AdditionRound(arithmetic, ROUND);
    const at = REST + 4 * SUM_SIZE;
    writePoint(REST, noblePoint(3n));
    writePoint(REST + SUM_SIZE, noblePoint(5n));
    writePoint(at, noblePoint(9n));
    writePoint(at + POINT_SIZE, noblePoint(other));
    round.add(REST, at);
    round.add(REST + SUM_SIZE, at + POINT_SIZE);
    expect(round.finish()).toBe(false);
    expect(readPoint(REST)).toEqual(noblePoint(3n));
    // The next round knows nothing of it.
    round.add(REST, at);
    expect(round.finish()).toBe(true);
    expect(readPoint(REST)).toEqual(noblePoint(12n));
  });

  test('have tables of their multiples', () => {
    const key = noblePoint(0xfeedn);
    const second = REST + TABLE_SIZE;
    arithmetic = createArithmetic(second + TABLE_SIZE + 2 * TABLE_WORK_SIZE)!;
    writeMultiples(
      arithmetic,
      new AdditionRound(arithmetic, ROUND),
      [
        { point: BASE_POINT, at: REST },
        { point: key, at: second },
      ],
      second + TABLE_SIZE,
    );
    for (const [place, digit] of [
      [0, 1],
      [0, 2],
      [0, 255],
      [1, 1],
      [1, 3],
      [17, 128],
      [31, 1],
      [31, 255],
    ] as const) {
      const factor = modulo(BigInt(digit) << BigInt(8 * place), GROUP_ORDER);
      expect(readPoint(multiple(REST, place, digit))).toEqual(noblePoint(factor));
      expect(readPoint(multiple(second, place, digit))).toEqual(
        noblePoint(modulo(factor * 0xfeedn, GROUP_ORDER)),
      );
    }
  });
});
