import type { BatchVerifier } from '../../../dnssec/crypto.ts';
import { AdditionRound } from './addition-round.ts';
import { createArithmetic, FREE, SUM_SIZE, type Arithmetic } from './arithmetic.ts';
import { BASE_POINT, type Point } from './curve.ts';
import { FIELD_LIMBS, GROUP_ORDER, INTEGER_SIZE, ORDER_LIMBS } from './field-code.ts';
import { copyInteger, isBelow, isZero, normalise, octetOf, writeInteger, writeOctets } from './integers.ts';
import { createInversion, montgomeryForm, scalarModulus, type Invert } from './inversion.ts';
import { multiple, PLACES, TABLE_SIZE, TABLE_WORK_SIZE, writeMultiples } from './multiples.ts';

/** Signatures that share inversions: more would hardly be faster. */
const CAPACITY = 256;

/** Memory of a signature: what it consists of, the factors of the two points, and the sums that become their products with them. */
const R = 0;
const S = R + INTEGER_SIZE;
const DIGEST = S + INTEGER_SIZE;
const BASE_FACTOR = DIGEST + INTEGER_SIZE;
const KEY_FACTOR = BASE_FACTOR + INTEGER_SIZE;
const SUMS = KEY_FACTOR + INTEGER_SIZE;
const SIGNATURE_SIZE = SUMS + 2 * SUM_SIZE;

/** Memory of all: integers, tables, signatures. Tables are made where signatures will be. */
const ORDER_ONE = FREE;
const ORDER_RADIX = ORDER_ONE + INTEGER_SIZE;
const PLAIN_ONE = ORDER_RADIX + INTEGER_SIZE;
const PRODUCT = PLAIN_ONE + INTEGER_SIZE;
const INVERSE = PRODUCT + INTEGER_SIZE;
const ROUND = INVERSE + INTEGER_SIZE;
const BASE_TABLE = ROUND + AdditionRound.SIZE;
const KEY_TABLE = BASE_TABLE + TABLE_SIZE;
const SIGNATURES = KEY_TABLE + TABLE_SIZE;
const MEMORY = SIGNATURES - FREE + Math.max(CAPACITY * SIGNATURE_SIZE, 2 * TABLE_WORK_SIZE);

/**
 * Verifies the signatures of one key, 256 at a time (FIPS 186-5 section 6.4.2).
 *
 * The two points that each signature multiplies are always the same, the key and the base point, so that their multiples are in tables and
 * a product is 32 additions; and additions of many signatures share the inverse that each would need. Nothing here is secret.
 *
 * It can err in one direction only: a flaw would have to end in the very r of a signature to prove what is wrong. What it does not prove, among it
 * sums that affine coordinates cannot add, is left to OpenSSL.
 *
 * @param publicKey x | y, of a point that is known to be on the curve
 * @returns undefined where this process runs no WebAssembly
 */
export function p256BatchVerifier(
  publicKey: Uint8Array,
  sha256: (data: Uint8Array) => Uint8Array,
): BatchVerifier | undefined {
  const arithmetic = createArithmetic(MEMORY);
  return arithmetic && new P256BatchVerifier(arithmetic, pointOf(publicKey), sha256);
}

class P256BatchVerifier implements BatchVerifier {
  readonly #arithmetic: Arithmetic;
  readonly #sha256: (data: Uint8Array) => Uint8Array;
  readonly #round: AdditionRound;
  readonly #invert: Invert;
  /** Whether each signature since the last `finish` is proven. */
  #proven: boolean[] = [];
  /** For those in memory, their places in `#proven`. */
  readonly #waiting: number[] = [];

  constructor(arithmetic: Arithmetic, key: Point, sha256: (data: Uint8Array) => Uint8Array) {
    this.#arithmetic = arithmetic;
    this.#sha256 = sha256;
    this.#round = new AdditionRound(arithmetic, ROUND);
    this.#invert = createInversion(arithmetic, scalarModulus(arithmetic), ORDER_ONE);
    writeInteger(arithmetic, ORDER_RADIX, montgomeryForm(montgomeryForm(1n, GROUP_ORDER), GROUP_ORDER));
    writeInteger(arithmetic, PLAIN_ONE, 1n);
    const tables = [
      { point: BASE_POINT, at: BASE_TABLE },
      { point: key, at: KEY_TABLE },
    ];
    writeMultiples(arithmetic, this.#round, tables, SIGNATURES);
  }

  add(data: Uint8Array, signature: Uint8Array): void {
    const arithmetic = this.#arithmetic;
    const index = this.#proven.push(false) - 1;
    if (signature.length !== 64) return;
    const at = this.#signature(this.#waiting.length);
    writeOctets(arithmetic, at + R, signature.subarray(0, 32));
    writeOctets(arithmetic, at + S, signature.subarray(32));
    for (const integer of [at + R, at + S])
      if (isZero(arithmetic, integer) || !isBelow(arithmetic, integer, ORDER_LIMBS)) return;
    writeOctets(arithmetic, at + DIGEST, this.#sha256(data));
    if (this.#waiting.push(index) === CAPACITY) this.#prove();
  }

  finish(): readonly boolean[] {
    if (this.#waiting.length > 0) this.#prove();
    const proven = this.#proven;
    this.#proven = [];
    return proven;
  }

  #signature(index: number): number {
    return SIGNATURES + index * SIGNATURE_SIZE;
  }

  #prove(): void {
    const indices = this.#waiting.splice(0);
    this.#makeFactors(indices.length);
    if (!this.#multiply(indices.length)) return;
    for (const [i, index] of indices.entries()) this.#proven[index] = this.#fits(this.#signature(i));
  }

  /** The factors: digest / s of the base point, r / s of the key. */
  #makeFactors(count: number): void {
    const { multiplyScalars } = this.#arithmetic;
    const before = BASE_FACTOR;
    copyInteger(this.#arithmetic, PRODUCT, ORDER_ONE);
    for (let i = 0; i < count; i++) {
      const at = this.#signature(i);
      multiplyScalars(at + S, at + S, ORDER_RADIX);
      copyInteger(this.#arithmetic, at + before, PRODUCT);
      multiplyScalars(PRODUCT, PRODUCT, at + S);
    }
    this.#invert(INVERSE, PRODUCT);
    for (let i = count - 1; i >= 0; i--) {
      const at = this.#signature(i);
      multiplyScalars(PRODUCT, INVERSE, at + before);
      multiplyScalars(INVERSE, INVERSE, at + S);
      multiplyScalars(at + BASE_FACTOR, at + DIGEST, PRODUCT);
      multiplyScalars(at + KEY_FACTOR, at + R, PRODUCT);
      normalise(this.#arithmetic, at + BASE_FACTOR, ORDER_LIMBS);
      normalise(this.#arithmetic, at + KEY_FACTOR, ORDER_LIMBS);
    }
  }

  /** Leaves in each first sum the product of base point and factor plus that of key and factor; false if an addition was not possible. */
  #multiply(count: number): boolean {
    const arithmetic = this.#arithmetic;
    const isStarted = new Uint8Array(2 * count);
    for (let place = 0; place < PLACES; place++) {
      for (let i = 0; i < 2 * count; i++) {
        const ofKey = i & 1;
        const at = this.#signature(i >> 1);
        const digit = octetOf(arithmetic, at + (ofKey === 1 ? KEY_FACTOR : BASE_FACTOR), place);
        if (digit === 0) continue;
        const sum = at + SUMS + ofKey * SUM_SIZE;
        const point = multiple(ofKey === 1 ? KEY_TABLE : BASE_TABLE, place, digit);
        if (isStarted[i] === 1) {
          this.#round.add(sum, point);
        } else {
          isStarted[i] = 1;
          copyInteger(arithmetic, sum, point);
          copyInteger(arithmetic, sum + INTEGER_SIZE, point + INTEGER_SIZE);
        }
      }
      if (!this.#round.finish()) return false;
    }
    // A factor of zero: one of the sums is no point.
    if (isStarted.includes(0)) return false;
    for (let i = 0; i < count; i++) {
      const sum = this.#signature(i) + SUMS;
      this.#round.add(sum, sum + SUM_SIZE);
    }
    return this.#round.finish();
  }

  /** Whether the x of the first sum is r. That it may be r plus the group order happens once in 2^32 and is left to OpenSSL. */
  #fits(at: number): boolean {
    const { multiply, words } = this.#arithmetic;
    multiply(PRODUCT, at + SUMS, PLAIN_ONE);
    normalise(this.#arithmetic, PRODUCT, FIELD_LIMBS);
    for (let word = 0; word < INTEGER_SIZE >> 2; word++)
      if (words[(PRODUCT >> 2) + word] !== words[((at + R) >> 2) + word]) return false;
    return true;
  }
}

function pointOf(publicKey: Uint8Array): Point {
  const integer = (octets: Uint8Array): bigint =>
    octets.reduce((value, octet) => (value << 8n) | BigInt(octet), 0n);
  return { x: integer(publicKey.subarray(0, 32)), y: integer(publicKey.subarray(32)) };
}
