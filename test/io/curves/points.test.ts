import { beforeEach, describe, expect, test } from '@jest/globals';
import { p256 } from '@noble/curves/nist.js';
import fc from 'fast-check';
import { QUAD_POINT_SIZE } from '../../../src/io/crypto/curves/addition-code.ts';
import { AdditionRound } from '../../../src/io/crypto/curves/addition-round.ts';
import {
  createArithmetic,
  FREE,
  PUBLIC_DIGIT_STRIDE,
  PUBLIC_DIGITS,
  SECRET_DIGIT_STRIDE,
  SECRET_DIGITS,
  type Arithmetic,
} from '../../../src/io/crypto/curves/arithmetic.ts';
import { CurveEquation } from '../../../src/io/crypto/curves/curve-equation.ts';
import { doublings, type Point } from '../../../src/io/crypto/curves/curve.ts';
import { multiplesOf, type Digits } from '../../../src/io/crypto/curves/digit-code.ts';
import { INTEGER_SIZE, LIMBS, limbsOf } from '../../../src/io/crypto/curves/field-code.ts';
import { ROW_POINT_SIZE } from '../../../src/io/crypto/curves/gathering-code.ts';
import { montgomeryForm } from '../../../src/io/crypto/curves/inversion.ts';
import { PUBLIC_TABLE, SECRET_TABLE, writeTable } from '../../../src/io/crypto/curves/multiples.ts';
import { P256 } from '../../../src/io/crypto/curves/p256.ts';
import { LANES, QUAD_SIZE } from '../../../src/io/crypto/curves/quad-code.ts';
import { GROUP, rowOctet } from '../../../src/io/crypto/curves/selection-code.ts';
import { laneLimbs, modulo, valueOf, writeLaneLimbs } from './limbs.ts';

const noblePoint = (factor: bigint): Point => p256.Point.BASE.multiply(factor).toAffine();

const ROUND = FREE;
const REST = ROUND + AdditionRound.size(PUBLIC_TABLE.roundSize);

let arithmetic: Arithmetic;
beforeEach(() => {
  const tables = [SECRET_TABLE.size + SECRET_TABLE.workSize, PUBLIC_TABLE.size + PUBLIC_TABLE.workSize];
  arithmetic = createArithmetic(P256, REST - FREE + Math.max(...tables) + 2 * GROUP * QUAD_POINT_SIZE)!;
});

function writePoint(quad: number, lane: number, { x, y }: Point): void {
  for (const [i, coordinate] of [x, y].entries()) {
    const limbs = limbsOf(montgomeryForm(coordinate, P256.field.prime)).map(Number);
    writeLaneLimbs(arithmetic.words, quad + i * QUAD_SIZE, lane, limbs);
  }
}

function readPoint(quad: number, lane: number): Point {
  const radixInverse = p256.Point.Fp.inv(1n << 261n);
  const [x, y] = [quad, quad + QUAD_SIZE].map((at) =>
    modulo(valueOf(laneLimbs(arithmetic.words, at, lane)) * radixInverse, P256.field.prime),
  ) as [bigint, bigint];
  return { x, y };
}

const opposite = ({ x, y }: Point): Point => ({ x, y: P256.field.prime - y });

test('a point is doubled again and again', () => {
  const powers = doublings(P256, noblePoint(P256.order - 5n), 262);
  expect(powers).toHaveLength(262);
  for (const bit of [0, 1, 2, 7, 128, 255, 256, 261])
    expect(powers[bit]).toEqual(noblePoint(modulo(-5n << BigInt(bit), P256.order)));
});

describe('additions', () => {
  const sum = (i: number): number => REST + i * QUAD_POINT_SIZE;
  const point = (i: number): number => sum(20 + i);

  test('many share one inversion, and several lots a round', () => {
    const round = new AdditionRound(arithmetic, ROUND);
    const factors = (quad: number, lane: number): readonly [bigint, bigint] => [
      BigInt((quad * LANES + lane) ** 2 + 2),
      P256.order - BigInt(7 * (quad * LANES + lane) + 1),
    ];
    for (let quad = 0; quad < 10; quad++)
      for (let lane = 0; lane < LANES; lane++) {
        const [left, right] = factors(quad, lane);
        writePoint(sum(quad), lane, noblePoint(left));
        writePoint(point(quad), lane, noblePoint(right));
      }
    round.add(sum(0), point(0), 7);
    round.add(sum(7), point(7), 1);
    round.add(sum(8), point(8), 2);
    expect(round.finish()).toBe(true);
    for (let quad = 0; quad < 10; quad++)
      for (let lane = 0; lane < LANES; lane++) {
        const [left, right] = factors(quad, lane);
        expect(readPoint(sum(quad), lane)).toEqual(noblePoint(modulo(left + right, P256.order)));
      }
  });

  test('a sum of many points stays right, and its limbs fit the factors of another addition', () => {
    const round = new AdditionRound(arithmetic, ROUND);
    const points = doublings(P256, P256.base, 200);
    const start = 0x1234567890abcdefn ** 3n;
    for (let lane = 0; lane < LANES; lane++) writePoint(sum(0), lane, noblePoint(start + BigInt(lane)));
    for (const [i, power] of points.entries()) {
      for (let lane = 0; lane < LANES; lane++)
        writePoint(point(0), lane, (i + lane) % 3 === 0 ? opposite(power) : power);
      round.add(sum(0), point(0), 1);
      expect(round.finish()).toBe(true);
      // What differences of two of them are made from.
      const limbs = arithmetic.words.subarray(sum(0) >> 2, sum(1) >> 2);
      expect(Math.max(...limbs.map(Math.abs))).toBeLessThan(2 ** 29 + 2 ** 24);
    }
    for (let lane = 0; lane < LANES; lane++) {
      const total = points.reduce(
        (value, _, i) => value + ((i + lane) % 3 === 0 ? -1n : 1n) * (1n << BigInt(i)),
        start + BigInt(lane),
      );
      expect(readPoint(sum(0), lane)).toEqual(noblePoint(modulo(total, P256.order)));
    }
  });

  describe.each([0, 1, 2, 3])('lane %i', (lane) => {
    test.each([
      ['itself', 5n],
      ['its opposite', P256.order - 5n],
    ])('a round with an addition of a point and %s adds nothing', (_, other) => {
      const round = new AdditionRound(arithmetic, ROUND);
      for (let i = 0; i < LANES; i++) {
        writePoint(sum(0), i, noblePoint(3n));
        writePoint(sum(1), i, noblePoint(5n));
        writePoint(point(0), i, noblePoint(9n));
        writePoint(point(1), i, noblePoint(i === lane ? other : 11n));
      }
      round.add(sum(0), point(0), 2);
      expect(round.finish()).toBe(false);
      for (let i = 0; i < LANES; i++) expect(readPoint(sum(0), i)).toEqual(noblePoint(3n));
      // The next round knows nothing of it.
      round.add(sum(0), point(0), 1);
      expect(round.finish()).toBe(true);
      for (let i = 0; i < LANES; i++) expect(readPoint(sum(0), i)).toEqual(noblePoint(12n));
    });
  });

  test('what a round has worked on can be forgotten', () => {
    const round = new AdditionRound(arithmetic, ROUND);
    const memory = (): Int32Array =>
      arithmetic.words.subarray(
        (ROUND + INTEGER_SIZE) >> 2,
        (ROUND + AdditionRound.size(PUBLIC_TABLE.roundSize)) >> 2,
      );
    for (let lane = 0; lane < LANES; lane++) {
      writePoint(sum(0), lane, noblePoint(3n));
      writePoint(point(0), lane, noblePoint(9n));
    }
    for (const expected of [12n, 21n]) {
      round.add(sum(0), point(0), 1);
      expect(round.finish()).toBe(true);
      expect(memory().some((word) => word !== 0)).toBe(true);
      round.forget();
      expect(memory().every((word) => word === 0)).toBe(true);
      expect(readPoint(sum(0), 2)).toEqual(noblePoint(expected));
    }
  });
});

const kinds = [
  { name: 'secret', digits: SECRET_DIGITS, stride: SECRET_DIGIT_STRIDE, recode: 'recodeSecret', octets: 1 },
  { name: 'public', digits: PUBLIC_DIGITS, stride: PUBLIC_DIGIT_STRIDE, recode: 'recode', octets: 2 },
] as const;

/** The odd number that a digit's bits say. */
const valueOfDigit = ({ bits }: Digits, digit: number): number => 2 * digit - (1 << bits) + 1;

describe.each(kinds)('$name digits', ({ digits, stride, recode, octets }) => {
  const special = [0n, 1n, 2n, P256.order - 1n, P256.order, P256.order + 1n, 2n * P256.order - 1n];
  const integer = fc.oneof(
    fc.bigInt(-P256.order + 1n, 2n * P256.order - 1n),
    fc.constantFrom(...special, ...special.map((value) => value - P256.order + 1n)),
  );

  test('are odd and make up the scalar', () => {
    const out = REST + INTEGER_SIZE;
    const memory = new DataView(arithmetic.words.buffer);
    fc.assert(
      fc.property(integer, (value) => {
        const limbs = limbsOf(modulo(value, 1n << 261n)).map(Number);
        // The highest limb has the sign.
        if (value < 0n) limbs[LIMBS - 1]! -= 1 << 29;
        arithmetic.words.set(limbs, REST >> 2);
        arithmetic[recode](out, REST);
        let sum = 0n;
        for (let i = 0; i < digits.count; i++) {
          const at = out + i * stride;
          const digit = octets === 1 ? memory.getUint8(at) : memory.getUint16(at, true);
          sum += BigInt(valueOfDigit(digits, digit)) << BigInt(i * digits.bits);
        }
        expect(modulo(sum - value, P256.order)).toBe(0n);
      }),
      { numRuns: 300 },
    );
  });
});

/** A row of words that stand for points, none of which is there twice. */
const wordOf = (multiple: number, limb: number): number =>
  (multiple * 0x1003f + limb * 0x2f0301 + 1) & 0x1fffffff;

/** The limbs of what a digit picks: 18, and those of y with the sign of the digit. */
function expectedLimbs(digits: Digits, digit: number): number[] {
  const value = valueOfDigit(digits, digit);
  return Array.from({ length: 2 * LIMBS }, (_, limb) => {
    const word = wordOf((Math.abs(value) - 1) / 2, limb);
    return value < 0 && limb >= LIMBS ? -word : word;
  });
}

function expectPoints(out: number, digits: Digits, picked: ArrayLike<number>): void {
  for (let i = 0; i < picked.length; i++) {
    const quad = out + Math.floor(i / LANES) * QUAD_POINT_SIZE;
    const found = [quad, quad + QUAD_SIZE].flatMap((at) => laneLimbs(arithmetic.words, at, i % LANES));
    expect(found).toEqual(expectedLimbs(digits, picked[i]!));
  }
}

test('every secret digit selects its point in every lane', () => {
  const all = 1 << SECRET_DIGITS.bits;
  const memory = new Uint8Array(arithmetic.words.buffer);
  const [row, at, out] = [REST, REST + SECRET_TABLE.rowSize, REST + SECRET_TABLE.rowSize + all];
  for (let multiple = 0; multiple < multiplesOf(SECRET_DIGITS); multiple++)
    for (let limb = 0; limb < 2 * LIMBS; limb++)
      for (let octet = 0; octet < 4; octet++)
        memory[row + rowOctet(SECRET_DIGITS, multiple, limb, octet)] = wordOf(multiple, limb) >> (8 * octet);
  for (let shift = 0; shift < GROUP; shift++) {
    const picked = Uint8Array.from({ length: all }, (_, i) => (i + shift) % all);
    memory.set(picked, at);
    arithmetic.select(out, row, at, all / GROUP);
    expectPoints(out, SECRET_DIGITS, picked);
  }
});

test('every public digit gathers its point in every lane', () => {
  const all = 1 << PUBLIC_DIGITS.bits;
  const [row, at, out] = [REST, REST + PUBLIC_TABLE.rowSize, REST + PUBLIC_TABLE.rowSize + 2 * all];
  for (let multiple = 0; multiple < multiplesOf(PUBLIC_DIGITS); multiple++)
    for (let limb = 0; limb < 2 * LIMBS; limb++)
      arithmetic.words[((row + multiple * ROW_POINT_SIZE) >> 2) + limb] = wordOf(multiple, limb);
  for (let shift = 0; shift < LANES; shift++) {
    const picked = Uint16Array.from({ length: all }, (_, i) => (i + shift) % all);
    new Uint16Array(arithmetic.words.buffer).set(picked, at >> 1);
    arithmetic.gather(out, row, at, all / LANES);
    expectPoints(out, PUBLIC_DIGITS, picked);
  }
});

describe('tables', () => {
  const factor = 0xfeedn;
  /** What the points of a row say of digits in the first four lanes. */
  const expectRow = (digits: Digits, place: number, out: number, picked: readonly number[]): void => {
    for (const [lane, digit] of picked.entries()) {
      const scalar = BigInt(valueOfDigit(digits, digit)) << BigInt(place * digits.bits);
      expect(readPoint(out, lane)).toEqual(noblePoint(modulo(scalar * factor, P256.order)));
    }
  };
  /** The smallest and the largest multiples of both signs. */
  const edges = ({ bits }: Digits): number[] => [0, (1 << (bits - 1)) - 1, 1 << (bits - 1), (1 << bits) - 1];
  const places = ({ count }: Digits): number[] => [0, 1, 3, 4, 17, count - 2, count - 1];

  test('for secret digits', () => {
    const round = new AdditionRound(arithmetic, ROUND);
    writeTable(SECRET_TABLE, arithmetic, round, noblePoint(factor), REST, REST + SECRET_TABLE.size);
    const at = REST + SECRET_TABLE.size;
    for (const picked of [edges(SECRET_DIGITS), [5, 66, 77, 100]]) {
      new Uint8Array(arithmetic.words.buffer).set(picked, at);
      for (const place of places(SECRET_DIGITS)) {
        arithmetic.select(at + GROUP, REST + place * SECRET_TABLE.rowSize, at, 1);
        expectRow(SECRET_DIGITS, place, at + GROUP, picked);
      }
    }
  });

  test('for public digits', () => {
    const round = new AdditionRound(arithmetic, ROUND);
    writeTable(PUBLIC_TABLE, arithmetic, round, noblePoint(factor), REST, REST + PUBLIC_TABLE.size);
    const at = REST + PUBLIC_TABLE.size;
    for (const picked of [edges(PUBLIC_DIGITS), [5, 166, 277, 400]]) {
      new Uint16Array(arithmetic.words.buffer).set(picked, at >> 1);
      for (const place of places(PUBLIC_DIGITS)) {
        arithmetic.gather(at + 2 * LANES, REST + place * PUBLIC_TABLE.rowSize, at, 1);
        expectRow(PUBLIC_DIGITS, place, at + 2 * LANES, picked);
      }
    }
  });
});

describe('the equation of the curve', () => {
  const points = REST + CurveEquation.SIZE;

  test.each([0, 1, 2, 3])('does not hold for a point beside the curve in lane %i', (lane) => {
    const equation = new CurveEquation(arithmetic, REST);
    const { x, y } = noblePoint(77n);
    for (let i = 0; i < LANES; i++) writePoint(points, i, noblePoint(BigInt(i + 1)));
    expect(equation.holds(points)).toBe(true);
    for (const other of [
      { x, y: y + 1n },
      { x: x + 1n, y },
      { x: y, y: x },
    ]) {
      writePoint(points, lane, other);
      expect(equation.holds(points)).toBe(false);
    }
    writePoint(points, lane, opposite({ x, y }));
    expect(equation.holds(points)).toBe(true);
  });
});
