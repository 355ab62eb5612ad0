import { QUAD_POINT_SIZE } from './addition-code.ts';
import type { Arithmetic } from './arithmetic.ts';
import { EDWARDS_FACTOR, SHIFT } from './curve25519.ts';
import { INTEGER_SIZE } from './field-code.ts';
import { writeInteger } from './integers.ts';
import { montgomeryForm } from './inversion.ts';
import { INTEGER_OCTETS } from './octets-code.ts';
import { aligned, LANES, QUAD_SIZE } from './quad-code.ts';
import { copyLane, setLanes } from './quads.ts';
import { RunningProduct } from './running-product.ts';

/** Quads of a quad of points: u, which becomes y; what to divide by, which becomes x; the product of all those before. */
const U = 0;
const DIVISOR = U + QUAD_SIZE;
const BEFORE = DIVISOR + QUAD_SIZE;
const POINT_SIZE = BEFORE + QUAD_SIZE;

/** Places in memory, from where it begins: constants, and what is secret. */
const ONES = 0;
const PLAIN_ONES = ONES + QUAD_SIZE;
const SHIFTS = PLAIN_ONES + QUAD_SIZE;
const FACTORS = SHIFTS + QUAD_SIZE;
const RUNNING = aligned(FACTORS + QUAD_SIZE);
const LEFT = RUNNING + RunningProduct.SIZE;
const RIGHT = LEFT + QUAD_SIZE;
const INTEGER = RIGHT + QUAD_SIZE;
const POINTS = aligned(INTEGER + INTEGER_SIZE);

/** Points of curve25519, in the form that they are added in, as those of Ed25519, encoded (RFC 8032 section 5.1.2). */
export class EdwardsEncoding {
  /** Octets of memory that it works in for so many quads. They begin where vectors may. */
  static size(quads: number): number {
    return aligned(POINTS + quads * POINT_SIZE);
  }

  readonly #arithmetic: Arithmetic;
  readonly #at: number;
  readonly #running: RunningProduct;

  constructor(arithmetic: Arithmetic, at: number) {
    const { prime } = arithmetic.curve.field;
    this.#arithmetic = arithmetic;
    this.#at = at;
    this.#running = new RunningProduct(arithmetic, at + RUNNING);
    for (const [quad, integer] of [
      [ONES, montgomeryForm(1n, prime)],
      [PLAIN_ONES, 1n],
      [SHIFTS, montgomeryForm(SHIFT, prime)],
      [FACTORS, EDWARDS_FACTOR],
    ] as const) {
      writeInteger(arithmetic, at + INTEGER, integer);
      setLanes(arithmetic, at + quad, at + INTEGER);
    }
  }

  /**
   * Takes up so many quads of points; false if one of them has no such form.
   *
   * y is (u - 1) / (u + 1), and x is u / v times the factor: one inverse of (u + 1) v does for both.
   */
  take(points: number, quads: number): boolean {
    const { words, multiplyQuads, addQuads, subtractQuads } = this.#arithmetic;
    const at = this.#at;
    const [left, right, ones, running] = [at + LEFT, at + RIGHT, at + ONES, this.#running.at];
    this.#running.begin();
    for (let i = 0; i < quads; i++) {
      const point = points + i * QUAD_POINT_SIZE;
      const own = at + POINTS + i * POINT_SIZE;
      subtractQuads(own + U, point, at + SHIFTS);
      addQuads(left, own + U, ones);
      multiplyQuads(own + DIVISOR, left, point + QUAD_SIZE);
      words.copyWithin((own + BEFORE) >> 2, running >> 2, (running + QUAD_SIZE) >> 2);
      multiplyQuads(running, running, own + DIVISOR);
    }
    if (!this.#running.invert()) return false;
    for (let i = quads - 1; i >= 0; i--) {
      const own = at + POINTS + i * POINT_SIZE;
      const v = points + i * QUAD_POINT_SIZE + QUAD_SIZE;
      multiplyQuads(own + BEFORE, own + BEFORE, running);
      multiplyQuads(running, running, own + DIVISOR);
      addQuads(left, own + U, ones);
      multiplyQuads(left, left, own + U);
      multiplyQuads(right, own + BEFORE, at + FACTORS);
      multiplyQuads(own + DIVISOR, left, right);
      subtractQuads(left, own + U, ones);
      multiplyQuads(left, left, v);
      multiplyQuads(right, own + BEFORE, at + PLAIN_ONES);
      multiplyQuads(own + U, left, right);
    }
    return true;
  }

  /** Writes the 32 octets of a point to an address: y, with the lowest bit of x above it. */
  write(index: number, octets: number): void {
    const arithmetic = this.#arithmetic;
    const own = this.#at + POINTS + Math.floor(index / LANES) * POINT_SIZE;
    const integer = this.#at + INTEGER;
    copyLane(arithmetic, integer, own + U, index % LANES);
    arithmetic.reduceCoordinate(integer, integer);
    arithmetic.storeOctets(octets, integer);
    copyLane(arithmetic, integer, own + DIVISOR, index % LANES);
    arithmetic.reduceCoordinate(integer, integer);
    arithmetic.octets[octets + INTEGER_OCTETS - 1]! |= (arithmetic.words[integer >> 2]! & 1) << 7;
  }

  /** Leaves nothing in memory of the last points. */
  forget(quads: number): void {
    const at = this.#at;
    this.#running.forget();
    this.#arithmetic.words.fill(0, (at + LEFT) >> 2, (at + POINTS + quads * POINT_SIZE) >> 2);
  }
}
