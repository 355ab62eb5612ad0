import { QUAD_POINT_SIZE, QUAD_TRACE_SIZE } from './addition-code.ts';
import type { Arithmetic } from './arithmetic.ts';
import { RunningProduct } from './running-product.ts';

/** Additions of quads of points, all of a count in a row. */
interface Additions {
  readonly sums: number;
  readonly points: number;
  readonly traces: number;
  readonly count: number;
}

/** Additions of points that share one inversion. No sum may be in a round twice. */
export class AdditionRound {
  /** Octets of memory that rounds of at most so many quads work in. */
  static size(capacity: number): number {
    return RunningProduct.SIZE + capacity * QUAD_TRACE_SIZE;
  }

  readonly #arithmetic: Arithmetic;
  readonly #running: RunningProduct;
  readonly #traces: number;
  #additions: Additions[] = [];
  #count = 0;
  /** Additions of the largest round. */
  #most = 0;

  constructor(arithmetic: Arithmetic, at: number) {
    this.#arithmetic = arithmetic;
    this.#running = new RunningProduct(arithmetic, at);
    this.#traces = at + RunningProduct.SIZE;
  }

  /** Puts down that so many quads of points, from the one at `points` on, are to be added to those from `sums` on. */
  add(sums: number, points: number, count: number): void {
    if (this.#count === 0) this.#running.begin();
    const traces = this.#traces + this.#count * QUAD_TRACE_SIZE;
    this.#arithmetic.meet(sums, points, traces, this.#running.at, count);
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
    if (!this.#running.invert()) return false;
    for (const { sums, points, traces, count } of additions.toReversed()) {
      const last = (count - 1) * QUAD_POINT_SIZE;
      const lastTrace = traces + (count - 1) * QUAD_TRACE_SIZE;
      this.#arithmetic.join(sums + last, points + last, lastTrace, this.#running.at, count);
    }
    return true;
  }

  /** Leaves nothing in memory of what was added. */
  forget(): void {
    this.#running.forget();
    this.#arithmetic.words.fill(0, this.#traces >> 2, (this.#traces + this.#most * QUAD_TRACE_SIZE) >> 2);
    this.#most = 0;
  }
}
