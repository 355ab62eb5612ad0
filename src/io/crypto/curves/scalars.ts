import type { Arithmetic } from './arithmetic.ts';
import { INTEGER_SIZE } from './field-code.ts';
import { writeInteger } from './integers.ts';
import { montgomeryForm } from './inversion.ts';
import { INTEGER_OCTETS } from './octets-code.ts';

/** Octets that become a scalar without a bias to be seen: so many more than the group order has. */
export const WIDE_OCTETS = 2 * INTEGER_OCTETS;

/** Takes scalars, integers modulo the group order, from octets in memory. */
export class Scalars {
  /** Octets of memory that it works in. */
  static readonly SIZE = 4 * INTEGER_SIZE;

  /** Where a one times the radix is. */
  readonly one: number;
  readonly #arithmetic: Arithmetic;
  readonly #radix: number;
  readonly #highHalf: number;
  readonly #spare: number;

  constructor(arithmetic: Arithmetic, at: number) {
    const { order } = arithmetic.curve;
    const one = montgomeryForm(1n, order);
    this.#arithmetic = arithmetic;
    this.one = at;
    this.#radix = at + INTEGER_SIZE;
    this.#highHalf = at + 2 * INTEGER_SIZE;
    this.#spare = at + 3 * INTEGER_SIZE;
    writeInteger(arithmetic, this.one, one);
    writeInteger(arithmetic, this.#radix, montgomeryForm(one, order));
    writeInteger(arithmetic, this.#highHalf, montgomeryForm(1n << BigInt(8 * INTEGER_OCTETS), order));
  }

  /** Reads the private scalar of a key, times the radix. */
  readSecret(out: number, octets: Uint8Array): void {
    const { octets: memory, loadOctets, multiplyScalars } = this.#arithmetic;
    const work = this.#spare;
    memory.set(octets, work);
    loadOctets(out, work);
    multiplyScalars(out, out, this.#radix);
    this.forget();
  }

  /** Reads `WIDE_OCTETS` octets at an address: a factor for one product. */
  loadWide(out: number, octets: number): void {
    const { curve, loadOctets, multiplyScalars, add } = this.#arithmetic;
    const [low, high] = curve.octetOrder === 'lowest first' ? [0, INTEGER_OCTETS] : [INTEGER_OCTETS, 0];
    loadOctets(out, octets + high);
    multiplyScalars(out, out, this.#highHalf);
    loadOctets(this.#spare, octets + low);
    add(out, out, this.#spare);
  }

  /** Leaves nothing in memory of what was read. */
  forget(): void {
    this.#arithmetic.words.fill(0, this.#spare >> 2, (this.#spare + INTEGER_SIZE) >> 2);
  }
}
