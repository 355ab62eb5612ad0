import type { Arithmetic } from './arithmetic.ts';
import { INTEGER_SIZE } from './field-code.ts';
import { isZero, writeInteger } from './integers.ts';
import { montgomeryForm } from './inversion.ts';
import { LANES, QUAD_SIZE } from './quad-code.ts';
import { copyLane, setLanes } from './quads.ts';

/** Tells points of the curve from others, four at a time. */
export class CurveEquation {
  /** Octets of memory that it works in. */
  static readonly SIZE = INTEGER_SIZE + 5 * QUAD_SIZE;

  readonly #arithmetic: Arithmetic;
  readonly #integer: number;
  /** Quads: 1, a, b, and the sides of the equation. */
  readonly #one: number;
  readonly #a: number;
  readonly #b: number;
  readonly #left: number;
  readonly #right: number;

  constructor(arithmetic: Arithmetic, at: number) {
    this.#arithmetic = arithmetic;
    this.#integer = at;
    this.#one = at + INTEGER_SIZE;
    this.#a = this.#one + QUAD_SIZE;
    this.#b = this.#a + QUAD_SIZE;
    this.#left = this.#b + QUAD_SIZE;
    this.#right = this.#left + QUAD_SIZE;
    const { field, a, b } = arithmetic.curve;
    for (const [quad, integer] of [
      [this.#one, 1n],
      [this.#a, a],
      [this.#b, b],
    ] as const) {
      writeInteger(arithmetic, this.#integer, montgomeryForm(integer, field.prime));
      setLanes(arithmetic, quad, this.#integer);
    }
  }

  /** Whether y² = x³ + ax + b for all four points of a quad. */
  holds(points: number): boolean {
    const { multiplyQuads, squareQuads, addQuads, subtractQuads, reduceCoordinate } = this.#arithmetic;
    squareQuads(this.#right, points);
    addQuads(this.#right, this.#right, this.#a);
    multiplyQuads(this.#right, this.#right, points);
    addQuads(this.#right, this.#right, this.#b);
    squareQuads(this.#left, points + QUAD_SIZE);
    subtractQuads(this.#left, this.#left, this.#right);
    // A product is what can be reduced.
    multiplyQuads(this.#left, this.#left, this.#one);
    for (let lane = 0; lane < LANES; lane++) {
      copyLane(this.#arithmetic, this.#integer, this.#left, lane);
      reduceCoordinate(this.#integer, this.#integer);
      if (!isZero(this.#arithmetic, this.#integer)) return false;
    }
    return true;
  }
}
