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

/** A table of a point's multiples: a row for each digit, with the odd multiples of the point times 2^(bits · row). */
export interface TableLayout {
  readonly digits: Digits;
  readonly rowSize: number;
  readonly size: number;
  /** Octets of memory that making it takes, and quads that a round must have room for. */
  readonly workSize: number;
  readonly roundSize: number;
  /** Where in a row an octet of a limb of a multiple is, x and y in 18 limbs. */
  readonly octetAt: (multiple: number, limb: number, octet: number) => number;
}

/** The table for `select`, and the one for `gather`. */
export const SECRET_TABLE = layoutOf(SECRET_DIGITS, rowSize(SECRET_DIGITS), (multiple, limb, octet) =>
  rowOctet(SECRET_DIGITS, multiple, limb, octet),
);
export const PUBLIC_TABLE = layoutOf(
  PUBLIC_DIGITS,
  multiplesOf(PUBLIC_DIGITS) * ROW_POINT_SIZE,
  (multiple, limb, octet) => multiple * ROW_POINT_SIZE + limb * 4 + octet,
);

function layoutOf(digits: Digits, rowSize: number, octetAt: TableLayout['octetAt']): TableLayout {
  const quads = rowQuads(digits);
  return {
    digits,
    rowSize,
    size: digits.count * rowSize,
    workSize: INTEGER_SIZE + (1 + multiplesOf(digits)) * quads * QUAD_POINT_SIZE,
    roundSize: (multiplesOf(digits) / 2) * quads,
    octetAt,
  };
}

/** Quads that have a lane for each row of a table. */
function rowQuads({ count }: Digits): number {
  return Math.ceil(count / LANES);
}

/** Writes a point's table to an address; `work` is memory to work in. */
export function writeTable(
  layout: TableLayout,
  arithmetic: Arithmetic,
  round: AdditionRound,
  point: Point,
  table: number,
  work: number,
): void {
  const { digits } = layout;
  const multiples = findMultiples(digits, arithmetic, round, point, work);
  for (let row = 0; row < digits.count; row++)
    for (let index = 0; index < multiplesOf(digits); index++) {
      const quad = multiples + (index * rowQuads(digits) + Math.floor(row / LANES)) * QUAD_POINT_SIZE;
      writeMultiple(layout, arithmetic, index, table + row * layout.rowSize, (quad >> 2) + (row % LANES));
    }
}

/** Writes the multiple whose limbs are in the words of a lane to a row. */
function writeMultiple(
  { octetAt }: TableLayout,
  { octets, words }: Arithmetic,
  multiple: number,
  row: number,
  lane: number,
): void {
  const first = row + octetAt(multiple, 0, 0);
  const nextLimb = octetAt(0, 1, 0);
  const nextOctet = octetAt(0, 0, 1);
  for (let limb = 0; limb < 2 * LIMBS; limb++) {
    const word = words[lane + limb * LANES]!;
    const at = first + limb * nextLimb;
    octets[at] = word;
    octets[at + nextOctet] = word >> 8;
    octets[at + 2 * nextOctet] = word >> 16;
    octets[at + 3 * nextOctet] = word >> 24;
  }
}

/** Leaves quads of multiples, of one multiple those for all rows after those of the one before; returns where. */
function findMultiples(
  digits: Digits,
  arithmetic: Arithmetic,
  round: AdditionRound,
  point: Point,
  work: number,
): number {
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
  return multiple(0);
}
