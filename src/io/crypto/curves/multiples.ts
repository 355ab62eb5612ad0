import { QUAD_POINT_SIZE } from './addition-code.ts';
import type { AdditionRound } from './addition-round.ts';
import { PUBLIC_DIGITS, SECRET_DIGITS, type Arithmetic } from './arithmetic.ts';
import { doublings, type Point } from './curve.ts';
import { multiplesOf, type Digits } from './digit-code.ts';
import { INTEGER_SIZE, LIMBS } from './field-code.ts';
import { ROW_POINT_SIZE } from './gathering-code.ts';
import { writeInteger } from './integers.ts';
import { montgomeryForm } from './inversion.ts';
import { LANES, QUAD_SIZE } from './quad-code.ts';
import { setLane } from './quads.ts';
import { rowOctet, rowSize } from './selection-code.ts';

/** Octets of a row and of the table for `select`, and of memory that making it takes; quads that a round must have room for. */
export const SECRET_ROW_SIZE = rowSize(SECRET_DIGITS);
export const SECRET_TABLE_SIZE = SECRET_DIGITS.count * SECRET_ROW_SIZE;
export const SECRET_TABLE_WORK_SIZE = workSize(SECRET_DIGITS);
export const SECRET_TABLE_ROUND = roundSize(SECRET_DIGITS);
/** The same for `gather`. */
export const PUBLIC_ROW_SIZE = multiplesOf(PUBLIC_DIGITS) * ROW_POINT_SIZE;
export const PUBLIC_TABLE_SIZE = PUBLIC_DIGITS.count * PUBLIC_ROW_SIZE;
export const PUBLIC_TABLE_WORK_SIZE = workSize(PUBLIC_DIGITS);
export const PUBLIC_TABLE_ROUND = roundSize(PUBLIC_DIGITS);

/** Writes a point's table for `select`. */
export function writeSecretTable(
  arithmetic: Arithmetic,
  round: AdditionRound,
  point: Point,
  table: number,
  work: number,
): void {
  const { octets } = arithmetic;
  const multiples = multiplesOf(SECRET_DIGITS);
  writeMultiples(arithmetic, round, point, SECRET_DIGITS, work, (row, multiple, limbs) => {
    let at = table + row * SECRET_ROW_SIZE + rowOctet(SECRET_DIGITS, multiple, 0, 0);
    for (const octet of new Uint8Array(limbs.buffer)) {
      octets[at] = octet;
      at += multiples;
    }
  });
}

/** Writes a point's table for `gather`. */
export function writePublicTable(
  arithmetic: Arithmetic,
  round: AdditionRound,
  point: Point,
  table: number,
  work: number,
): void {
  writeMultiples(arithmetic, round, point, PUBLIC_DIGITS, work, (row, multiple, limbs) => {
    arithmetic.words.set(limbs, (table + row * PUBLIC_ROW_SIZE + multiple * ROW_POINT_SIZE) >> 2);
  });
}

/** Quads that have a lane for each row of a table. */
function rowQuads({ count }: Digits): number {
  return Math.ceil(count / LANES);
}

function roundSize(digits: Digits): number {
  return (multiplesOf(digits) / 2) * rowQuads(digits);
}

function workSize(digits: Digits): number {
  return INTEGER_SIZE + (1 + multiplesOf(digits)) * rowQuads(digits) * QUAD_POINT_SIZE;
}

/**
 * Makes of a point times 2^(bits · row), for each digit's row, the odd multiples.
 * @param write takes a multiple's limbs of x and y
 */
function writeMultiples(
  arithmetic: Arithmetic,
  round: AdditionRound,
  point: Point,
  digits: Digits,
  work: number,
  write: (row: number, multiple: number, limbs: Int32Array) => void,
): void {
  const { curve, words } = arithmetic;
  const quads = rowQuads(digits);
  const added = work + INTEGER_SIZE;
  const multiple = (index: number): number => added + (1 + index) * quads * QUAD_POINT_SIZE;
  const doubled = doublings(curve, point, digits.bits * digits.count);
  const writePowers = (to: number, bit: number): void => {
    for (let i = 0; i < quads * LANES; i++) {
      // Lanes that belong to no row are like the last one that does.
      const row = Math.min(i, digits.count - 1);
      const { x, y } = doubled[row * digits.bits + bit]!;
      const quad = to + Math.floor(i / LANES) * QUAD_POINT_SIZE;
      writeInteger(arithmetic, work, montgomeryForm(x, curve.field.prime));
      setLane(arithmetic, quad, i % LANES, work);
      writeInteger(arithmetic, work, montgomeryForm(y, curve.field.prime));
      setLane(arithmetic, quad + QUAD_SIZE, i % LANES, work);
    }
  };
  writePowers(multiple(0), 0);
  // To the multiples below a power of two, that power is added.
  for (let bit = 1, count = 1; count < multiplesOf(digits); bit++, count *= 2) {
    writePowers(added, bit);
    words.copyWithin(multiple(count) >> 2, multiple(0) >> 2, multiple(count) >> 2);
    for (let i = 0; i < count; i++) round.add(multiple(count + i), added, quads);
    // None is of a point and itself or its opposite.
    round.finish();
  }
  const limbs = new Int32Array(2 * LIMBS);
  for (let index = 0; index < multiplesOf(digits); index++)
    for (let row = 0; row < digits.count; row++) {
      const word = ((multiple(index) + Math.floor(row / LANES) * QUAD_POINT_SIZE) >> 2) + (row % LANES);
      for (let limb = 0; limb < limbs.length; limb++) limbs[limb] = words[word + limb * LANES]!;
      write(row, index, limbs);
    }
}
