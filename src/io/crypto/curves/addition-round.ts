import { QUAD_POINT_SIZE, QUAD_TRACE_SIZE } from './addition-code.ts';
import type { Arithmetic } from './arithmetic.ts';
import { INTEGER_SIZE } from './field-code.ts';
import { isZero, writeInteger } from './integers.ts';
import { createInversion, fieldModulus, INVERSION_SIZE, montgomeryForm, type Invert } from './inversion.ts';
import { LANES, QUAD_SIZE } from './quad-code.ts';
import { copyLane, setLane, setLanes } from './quads.ts';

/** Additions of quads of points, all of a count in a row. */
interface Additions {
  readonly sums: number;
  readonly points: number;
  readonly traces: number;
  readonly count: number;
}

/** A one, an inverse, and of each lane two products. */
const INTEGERS = 2 + 2 * LANES;

/** Additions of points that share one inversion. No sum may be in a round twice. */
export class AdditionRound {
  /** Octets of memory that rounds of at most so many quads work in. */
  static size(capacity: number): number {
    return INTEGERS * INTEGER_SIZE + INVERSION_SIZE + QUAD_SIZE + capacity * QUAD_TRACE_SIZE;
  }

  readonly #arithmetic: Arithmetic;
  readonly #invert: Invert;
  readonly #one: number;
  /** The products of the lanes, and those of one lane and all before it. */
  readonly #lanes: readonly number[];
  readonly #products: readonly number[];
  readonly #inverse: number;
  readonly #running: number;
  readonly #traces: number;
  #additions: Additions[] = [];
  #count = 0;
  /** Additions of the largest round. */
  #most = 0;

  constructor(arithmetic: Arithmetic, at: number) {
    const integers = Array.from({ length: INTEGERS }, (_, i) => at + i * INTEGER_SIZE);
    this.#arithmetic = arithmetic;
    this.#one = integers[0]!;
    this.#inverse = integers[1]!;
    this.#lanes = integers.slice(2, 2 + LANES);
    this.#products = integers.slice(2 + LANES);
    const inversion = at + INTEGERS * INTEGER_SIZE;
    this.#running = inversion + INVERSION_SIZE;
    this.#traces = this.#running + QUAD_SIZE;
    this.#invert = createInversion(arithmetic, fieldModulus(arithmetic), inversion);
    writeInteger(arithmetic, this.#one, montgomeryForm(1n, arithmetic.curve.field.prime));
  }

  /** Puts down that so many quads of points, from the one at `points` on, are to be added to those from `sums` on. */
  add(sums: number, points: number, count: number): void {
    if (this.#count === 0) setLanes(this.#arithmetic, this.#running, this.#one);
    const traces = this.#traces + this.#count * QUAD_TRACE_SIZE;
    this.#arithmetic.meet(sums, points, traces, this.#running, count);
    this.#additions.push({ sums, points, traces, count });
    this.#count += count;
    this.#most = Math.max(this.#most, this.#count);
  }

  /** Adds them all; adds nothing and returns false where one of them is an addition of a point and itself or its opposite. */
  finish(): boolean {
    const additions = this.#additions;
    if (this.#count === 0) return true;
    this.#additions = [];
    this.#count = 0;
    if (!this.#invertLanes()) return false;
    for (const { sums, points, traces, count } of additions.toReversed()) {
      const last = (count - 1) * QUAD_POINT_SIZE;
      const lastTrace = traces + (count - 1) * QUAD_TRACE_SIZE;
      this.#arithmetic.join(sums + last, points + last, lastTrace, this.#running, count);
    }
    return true;
  }

  /** Leaves nothing in memory of what was added. */
  forget(): void {
    this.#arithmetic.words.fill(0, this.#inverse >> 2, (this.#traces + this.#most * QUAD_TRACE_SIZE) >> 2);
    this.#most = 0;
  }

  /** Makes of the running products their inverses, with one inversion for all lanes; false where one is zero. */
  #invertLanes(): boolean {
    const arithmetic = this.#arithmetic;
    const { multiply, reduceCoordinate } = arithmetic;
    let before = this.#one;
    for (const [i, lane] of this.#lanes.entries()) {
      copyLane(arithmetic, lane, this.#running, i);
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
      setLane(arithmetic, this.#running, i, product);
    }
    return true;
  }
}
