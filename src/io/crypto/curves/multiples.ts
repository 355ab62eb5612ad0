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

/** Octets of a row and of the table for `select`, and of memory that making it takes. */
export const SECRET_ROW_SIZE = rowSize(SECRET_DIGITS);
export const SECRET_TABLE_SIZE = SECRET_DIGITS.count * SECRET_ROW_SIZE;
export const SECRET_TABLE_WORK_SIZE = workSize(SECRET_DIGITS);
/** The same for `gather`. */
export const PUBLIC_ROW_SIZE = multiplesOf(PUBLIC_DIGITS) * ROW_POINT_SIZE;
export const PUBLIC_TABLE_SIZE = PUBLIC_DIGITS.count * PUBLIC_ROW_SIZE;
export const PUBLIC_TABLE_WORK_SIZE = workSize(PUBLIC_DIGITS);
/** Quads that rounds must have room for to make tables. */
export const TABLE_ROUND = Math.max(multiplesOf(SECRET_DIGITS), multiplesOf(PUBLIC_DIGITS)) / 2;

/** Writes a point's table for `select`. */
export function writeSecretTable(
  arithmetic: Arithmetic,
  round: AdditionRound,
  point: Point,
  table: number,
  work: number,
): void {
  const octets = new Uint8Array(arithmetic.words.buffer);
  writeMultiples(arithmetic, round, point, SECRET_DIGITS, work, (row, multiple, limb, word) => {
    for (let octet = 0; octet < 4; octet++)
      octets[table + row * SECRET_ROW_SIZE + rowOctet(SECRET_DIGITS, multiple, limb, octet)] =
        word >> (8 * octet);
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
  writeMultiples(arithmetic, round, point, PUBLIC_DIGITS, work, (row, multiple, limb, word) => {
    const at = table + row * PUBLIC_ROW_SIZE + multiple * ROW_POINT_SIZE + limb * 4;
    arithmetic.words[at >> 2] = word;
  });
}

function workSize(digits: Digits): number {
  return (multiplesOf(digits) + 1) * QUAD_POINT_SIZE + INTEGER_SIZE;
}

/**
 * Makes of a point times 2^(bits · row), for each digit's row, the odd multiples.
 * @param write takes the limbs, of which 9 to 17 are those of y
 */
function writeMultiples(
  arithmetic: Arithmetic,
  round: AdditionRound,
  point: Point,
  digits: Digits,
  work: number,
  write: (row: number, multiple: number, limb: number, word: number) => void,
): void {
  const { curve, words } = arithmetic;
  const multiples = multiplesOf(digits);
  const powers = doublings(curve, point, digits.bits * digits.count);
  const added = work;
  const multiple = (index: number): number => work + (index + 1) * QUAD_POINT_SIZE;
  const integer = multiple(multiples);
  const writePowers = (quad: number, first: number, bit: number): void => {
    for (let lane = 0; lane < LANES; lane++) {
      // A last quad that has too few rows has the last of them again.
      const row = Math.min(first + lane, digits.count - 1);
      const { x, y } = powers[row * digits.bits + bit]!;
      for (const [i, coordinate] of [x, y].entries()) {
        writeInteger(arithmetic, integer, montgomeryForm(coordinate, curve.field.prime));
        setLane(arithmetic, quad + i * QUAD_SIZE, lane, integer);
      }
    }
  };
  for (let first = 0; first < digits.count; first += LANES) {
    writePowers(multiple(0), first, 0);
    // To those up to a power of two, that power is added.
    for (let bit = 1; 1 << bit <= multiples; bit++) {
      const count = 1 << (bit - 1);
      writePowers(added, first, bit);
      words.copyWithin(multiple(count) >> 2, multiple(0) >> 2, multiple(count) >> 2);
      for (let i = 0; i < count; i++) round.add(multiple(count + i), added, 1);
      // None is of a point and itself or its opposite.
      round.finish();
    }
    for (let lane = 0; lane < Math.min(LANES, digits.count - first); lane++)
      for (let index = 0; index < multiples; index++)
        for (let limb = 0; limb < 2 * LIMBS; limb++)
          write(first + lane, index, limb, words[(multiple(index) >> 2) + limb * LANES + lane]!);
  }
}
