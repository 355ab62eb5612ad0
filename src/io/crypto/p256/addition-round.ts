import type { Arithmetic } from './arithmetic.ts';
import { FIELD_LIMBS, INTEGER_SIZE } from './field-code.ts';
import { copyInteger, isZero, normalise } from './integers.ts';
import { createInversion, fieldModulus, type Invert } from './inversion.ts';

/** Additions of points that share one inversion. No sum may be in a round twice. */
export class AdditionRound {
  /** Octets of memory that rounds work in. */
  static readonly SIZE = 3 * INTEGER_SIZE;

  readonly #arithmetic: Arithmetic;
  readonly #invert: Invert;
  readonly #one: number;
  readonly #product: number;
  readonly #inverse: number;
  readonly #sums: number[] = [];
  readonly #points: number[] = [];

  constructor(arithmetic: Arithmetic, at: number) {
    this.#arithmetic = arithmetic;
    this.#one = at;
    this.#product = at + INTEGER_SIZE;
    this.#inverse = at + 2 * INTEGER_SIZE;
    this.#invert = createInversion(arithmetic, fieldModulus(arithmetic), this.#one);
  }

  /** Puts down that the point at `point` is to be added to the one at `sum`. */
  add(sum: number, point: number): void {
    if (this.#sums.length === 0) copyInteger(this.#arithmetic, this.#product, this.#one);
    this.#arithmetic.meet(sum, point, this.#product);
    this.#sums.push(sum);
    this.#points.push(point);
  }

  /** Adds them all; adds nothing and returns false where one of them is an addition of a point and itself or its opposite. */
  finish(): boolean {
    const sums = this.#sums.splice(0);
    const points = this.#points.splice(0);
    if (sums.length === 0) return true;
    this.#invert(this.#inverse, this.#product);
    normalise(this.#arithmetic, this.#product, FIELD_LIMBS);
    if (isZero(this.#arithmetic, this.#product)) return false;
    for (let i = sums.length - 1; i >= 0; i--) this.#arithmetic.join(sums[i]!, points[i]!, this.#inverse);
    return true;
  }
}
