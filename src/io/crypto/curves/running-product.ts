import type { Arithmetic } from './arithmetic.ts';
import { INTEGER_SIZE } from './field-code.ts';
import { isZero, writeInteger } from './integers.ts';
import { createInversion, fieldModulus, INVERSION_SIZE, montgomeryForm, type Invert } from './inversion.ts';
import { aligned, ALIGNMENT, LANES, QUAD_SIZE } from './quad-code.ts';
import { copyLane, setLane, setLanes } from './quads.ts';

/** Integers beside the one: an inverse, and of each lane two products. */
const INTEGERS = 1 + 2 * LANES;

/** A quad that others multiply integers into, to invert them all by one inversion. */
export class RunningProduct {
  /** Octets of memory that it works in. */
  static readonly SIZE = aligned((1 + INTEGERS) * INTEGER_SIZE + QUAD_SIZE + INVERSION_SIZE + ALIGNMENT);

  /** Where the quad is. */
  readonly at: number;
  readonly #arithmetic: Arithmetic;
  readonly #invert: Invert;
  readonly #one: number;
  readonly #inverse: number;
  /** The products of the lanes, and those of one lane and all before it. */
  readonly #lanes: readonly number[];
  readonly #products: readonly number[];

  constructor(arithmetic: Arithmetic, at: number) {
    this.#arithmetic = arithmetic;
    this.#one = at;
    this.at = aligned(at + INTEGER_SIZE);
    const integers = Array.from({ length: INTEGERS }, (_, i) => this.at + QUAD_SIZE + i * INTEGER_SIZE);
    this.#inverse = integers[0]!;
    this.#lanes = integers.slice(1, 1 + LANES);
    this.#products = integers.slice(1 + LANES);
    const inversion = this.at + QUAD_SIZE + INTEGERS * INTEGER_SIZE;
    this.#invert = createInversion(arithmetic, fieldModulus(arithmetic), inversion);
    writeInteger(arithmetic, this.#one, montgomeryForm(1n, arithmetic.curve.field.prime));
  }

  /** Makes it one. */
  begin(): void {
    setLanes(this.#arithmetic, this.at, this.#one);
  }

  /** Makes of the products of the lanes their inverses; false where one is zero. */
  invert(): boolean {
    const arithmetic = this.#arithmetic;
    const { multiply, reduceCoordinate } = arithmetic;
    let before = this.#one;
    for (const [i, lane] of this.#lanes.entries()) {
      copyLane(arithmetic, lane, this.at, i);
      multiply(this.#products[i]!, before, lane);
      before = this.#products[i]!;
    }
    this.#invert(this.#inverse, before);
    reduceCoordinate(before, before);
    if (isZero(arithmetic, before)) return false;
    for (let i = LANES - 1; i >= 0; i--) {
      const lane = this.#lanes[i]!;
      const product = this.#products[i]!;
      multiply(product, this.#inverse, this.#products[i - 1] ?? this.#one);
      multiply(this.#inverse, this.#inverse, lane);
      setLane(arithmetic, this.at, i, product);
    }
    return true;
  }

  /** Leaves nothing in memory of what was multiplied. */
  forget(): void {
    this.#arithmetic.words.fill(0, this.at >> 2, (this.#one + RunningProduct.SIZE) >> 2);
  }
}
