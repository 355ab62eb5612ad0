import { QUAD_POINT_SIZE } from './addition-code.ts';
import { AdditionRound } from './addition-round.ts';
import { CAPACITY, FREE, SECRET_DIGIT_STRIDE, SECRET_DIGITS, type Arithmetic } from './arithmetic.ts';
import { CurveEquation } from './curve-equation.ts';
import { SECRET_TABLE, writeTable } from './multiples.ts';
import { aligned, LANES } from './quad-code.ts';
import { copyLane } from './quads.ts';
import { GROUP } from './selection-code.ts';

/** Sums that become one point at the end: additions of one point that share an inversion. */
const SUMS = 8;
/** Octets of the points of all scalars. */
const POINTS_SIZE = (CAPACITY / LANES) * QUAD_POINT_SIZE;

/** Places in memory, from where it begins: the table, then what is secret. The table is made where points will be. */
const EQUATION = 0;
const TABLE = aligned(EQUATION + CurveEquation.SIZE);
const DIGITS = TABLE + SECRET_TABLE.size;
const POINTS = aligned(DIGITS + SECRET_DIGITS.count * SECRET_DIGIT_STRIDE);
const ADDED_POINTS = POINTS + SUMS * POINTS_SIZE;
const ROUND = aligned(POINTS + Math.max(2 * SUMS * POINTS_SIZE, SECRET_TABLE.workSize));

/**
 * Multiplies the base point of a curve with up to 512 secret scalars at a time. It takes the same instructions and reads the same memory for all of
 * them: `selection` says how.
 */
export class BaseMultiplication {
  /** Octets of memory that it works in. They begin where vectors may. */
  static readonly SIZE =
    ROUND + AdditionRound.size(Math.max((SUMS * CAPACITY) / LANES, SECRET_TABLE.roundSize));

  readonly #arithmetic: Arithmetic;
  readonly #at: number;
  readonly #round: AdditionRound;
  readonly #equation: CurveEquation;

  constructor(arithmetic: Arithmetic, at: number) {
    this.#arithmetic = arithmetic;
    this.#at = at;
    this.#round = new AdditionRound(arithmetic, at + ROUND);
    this.#equation = new CurveEquation(arithmetic, at + EQUATION);
    writeTable(SECRET_TABLE, arithmetic, this.#round, arithmetic.curve.base, at + TABLE, at + POINTS);
  }

  /** Takes up the scalar at an address, between -n and 2n. */
  setScalar(index: number, at: number): void {
    this.#arithmetic.recodeSecret(this.#at + DIGITS + index, at);
  }

  /** Multiplies so many scalars; false if that was not possible, or if a point that was found is none of the curve. */
  multiply(count: number): boolean {
    const groups = Math.ceil(count / GROUP);
    this.#copyDigits(count, groups * GROUP);
    const quads = (groups * GROUP) / LANES;
    return this.#add(groups, quads) && this.#areOnCurve(quads);
  }

  /** Copies the x of a point that was found, times the radix. */
  copyX(index: number, out: number): void {
    copyLane(this.#arithmetic, out, this.found(Math.floor(index / LANES)), index % LANES);
  }

  /** Where a quad of points that were found is, times the radix. */
  found(quad: number): number {
    return this.#at + POINTS + quad * QUAD_POINT_SIZE;
  }

  /** Leaves nothing in memory of the last scalars. */
  forget(): void {
    this.#arithmetic.words.fill(0, 0, FREE >> 2);
    this.#arithmetic.words.fill(0, (this.#at + DIGITS) >> 2, (this.#at + ROUND) >> 2);
    this.#round.forget();
  }

  /** Points are selected in groups: what is left of the last one does what the first scalar does. */
  #copyDigits(from: number, end: number): void {
    const { octets } = this.#arithmetic;
    for (let digit = 0; digit < SECRET_DIGITS.count; digit++) {
      const at = this.#at + DIGITS + digit * SECRET_DIGIT_STRIDE;
      octets.fill(octets[at]!, at + from, at + end);
    }
  }

  #add(groups: number, quads: number): boolean {
    const at = this.#at;
    for (let first = 0; first < SECRET_DIGITS.count; first += SUMS) {
      const count = Math.min(SUMS, SECRET_DIGITS.count - first);
      for (let i = 0; i < count; i++) {
        const digit = first + i;
        const points = at + (first === 0 ? POINTS : ADDED_POINTS) + i * POINTS_SIZE;
        const [row, digits] = [TABLE + digit * SECRET_TABLE.rowSize, DIGITS + digit * SECRET_DIGIT_STRIDE];
        this.#arithmetic.select(points, at + row, at + digits, groups);
        if (first > 0) this.#round.add(at + POINTS + i * POINTS_SIZE, points, quads);
      }
      if (!this.#round.finish()) return false;
    }
    for (let sums = SUMS / 2; sums >= 1; sums /= 2) {
      for (let i = 0; i < sums; i++) {
        const [sum, point] = [at + POINTS + i * POINTS_SIZE, at + POINTS + (sums + i) * POINTS_SIZE];
        this.#round.add(sum, point, quads);
      }
      if (!this.#round.finish()) return false;
    }
    return true;
  }

  /** An error in the arithmetic would hardly end on the curve. */
  #areOnCurve(quads: number): boolean {
    for (let i = 0; i < quads; i++) if (!this.#equation.holds(this.found(i))) return false;
    return true;
  }
}
