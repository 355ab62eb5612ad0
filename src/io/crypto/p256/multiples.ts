import type { AdditionRound } from './addition-round.ts';
import { POINT_SIZE, SUM_SIZE, type Arithmetic } from './arithmetic.ts';
import { BASE_POINT, double, type Point } from './curve.ts';
import { FIELD_PRIME, INTEGER_SIZE } from './field-code.ts';
import { writeInteger } from './integers.ts';
import { montgomeryForm } from './inversion.ts';
import { ROW_POINT_SIZE, ROW_POINTS, ROW_SIZE, WINDOW_BITS, WINDOWS } from './selection-code.ts';

/** Octets of a scalar: the places of its digits. */
export const PLACES = 32;
const DIGITS = 256;

/** Octets of the table of a point's multiples, and of the memory that making tables takes, for each. */
export const TABLE_SIZE = PLACES * DIGITS * POINT_SIZE;
export const TABLE_WORK_SIZE = PLACES * SUM_SIZE;

/** Where in a table the point times `digit` · 256^`place` is. There is none for the digit 0. */
export function multiple(table: number, place: number, digit: number): number {
  return table + (place * DIGITS + digit) * POINT_SIZE;
}

/** Writes the multiples of points, so that the product of one with a scalar is the sum of one entry for each octet. */
export function writeMultiples(
  arithmetic: Arithmetic,
  round: AdditionRound,
  tables: readonly { readonly point: Point; readonly at: number }[],
  work: number,
): void {
  const { words } = arithmetic;
  const rows = tables.flatMap(({ point, at }, index) => {
    let power = point;
    return Array.from({ length: PLACES }, (_, place) => {
      const sum = work + (index * PLACES + place) * SUM_SIZE;
      const first = multiple(at, place, 1);
      writePoint(arithmetic, first, power);
      power = double(power);
      writePoint(arithmetic, sum, power);
      for (let bit = 1; bit < 8; bit++) power = double(power);
      return { first, sum };
    });
  });
  for (let digit = 2; digit < DIGITS; digit++) {
    for (const { first, sum } of rows) {
      const target = first + (digit - 1) * POINT_SIZE;
      words.copyWithin(target >> 2, sum >> 2, (sum + POINT_SIZE) >> 2);
      round.add(sum, first);
    }
    // Too few for any to be one of a point with itself or its opposite.
    round.finish();
  }
}

/** Octets of the table of odd multiples of the base point, and of the memory that making it takes. */
export const ODD_TABLE_SIZE = WINDOWS * ROW_SIZE;
export const ODD_TABLE_WORK_SIZE = WINDOWS * (SUM_SIZE + POINT_SIZE);

/** Writes rows for `select`: of the base point times 2^(6 · row) the odd multiples. */
export function writeOddMultiples(
  arithmetic: Arithmetic,
  round: AdditionRound,
  table: number,
  work: number,
): void {
  const { words } = arithmetic;
  let power = BASE_POINT;
  const rows = Array.from({ length: WINDOWS }, (_, window) => {
    const sum = work + window * (SUM_SIZE + POINT_SIZE);
    const twice = sum + SUM_SIZE;
    writePoint(arithmetic, sum, power);
    power = double(power);
    writePoint(arithmetic, twice, power);
    for (let bit = 1; bit < WINDOW_BITS; bit++) power = double(power);
    return { row: table + window * ROW_SIZE, sum, twice };
  });
  for (let point = 0; point < ROW_POINTS; point++) {
    for (const { row, sum, twice } of rows) {
      words.copyWithin((row + point * ROW_POINT_SIZE) >> 2, sum >> 2, (sum + POINT_SIZE) >> 2);
      round.add(sum, twice);
    }
    round.finish();
  }
}

function writePoint(arithmetic: Arithmetic, at: number, { x, y }: Point): void {
  writeInteger(arithmetic, at, montgomeryForm(x, FIELD_PRIME));
  writeInteger(arithmetic, at + INTEGER_SIZE, montgomeryForm(y, FIELD_PRIME));
}
