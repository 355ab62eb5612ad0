import type { BatchVerifier } from '../../../dnssec/crypto.ts';
import { QUAD_POINT_SIZE } from './addition-code.ts';
import { AdditionRound } from './addition-round.ts';
import {
  CAPACITY,
  createArithmetic,
  FREE,
  PUBLIC_DIGIT_STRIDE,
  PUBLIC_DIGITS,
  type Arithmetic,
} from './arithmetic.ts';
import type { Point } from './curve.ts';
import { INTEGER_SIZE, LIMBS, limbsOf } from './field-code.ts';
import { copyInteger, isBelow, isZero, writeInteger } from './integers.ts';
import { createInversion, INVERSION_SIZE, montgomeryForm, scalarModulus, type Invert } from './inversion.ts';
import { SIGNATURE_OCTETS } from './made-signatures.ts';
import { PUBLIC_TABLE, writeTable } from './multiples.ts';
import { INTEGER_OCTETS } from './octets-code.ts';
import { aligned, LANES, QUAD_SIZE } from './quad-code.ts';
import { P256 } from './p256.ts';
import { copyLane, setLanes } from './quads.ts';

const ORDER_LIMBS = limbsOf(P256.order).map(Number);

/** Memory of a signature: what it consists of, and what its points are multiplied with. */
const R = 0;
const S = R + INTEGER_SIZE;
const DIGEST = S + INTEGER_SIZE;
const FACTOR = DIGEST + INTEGER_SIZE;
const BEFORE = FACTOR + INTEGER_SIZE;
const SIGNATURE_SIZE = BEFORE + INTEGER_SIZE;

/** The points of all signatures, and the digits. */
const POINTS_SIZE = (CAPACITY / LANES) * QUAD_POINT_SIZE;
const DIGITS_SIZE = PUBLIC_DIGITS.count * PUBLIC_DIGIT_STRIDE;

/** Memory of all: integers, quads, tables; then signatures, the digits and the sums of the two points, and what is added. Tables are made where sums will be. */
const ORDER_ONE = FREE;
const ORDER_RADIX = ORDER_ONE + INTEGER_SIZE;
const PRODUCT = ORDER_RADIX + INTEGER_SIZE;
const INVERSE = PRODUCT + INTEGER_SIZE;
const INVERSION = INVERSE + INTEGER_SIZE;
const OCTETS = INVERSION + INVERSION_SIZE;
const PLAIN_ONES = aligned(OCTETS + SIGNATURE_OCTETS);
const SPARE = PLAIN_ONES + QUAD_SIZE;
const TABLES = aligned(SPARE + QUAD_SIZE);
const SIGNATURES = TABLES + 2 * PUBLIC_TABLE.size;
const DIGITS = SIGNATURES + CAPACITY * SIGNATURE_SIZE;
const SUMS = aligned(DIGITS + 2 * DIGITS_SIZE);
const ADDED_POINTS = SUMS + 2 * POINTS_SIZE;
const ROUND = aligned(SUMS + Math.max(4 * POINTS_SIZE, PUBLIC_TABLE.workSize));
const END = ROUND + AdditionRound.size(Math.max((2 * CAPACITY) / LANES, PUBLIC_TABLE.roundSize));

/**
 * Verifies the signatures of one key, 512 at a time (FIPS 186-5 section 6.4.2).
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
  const arithmetic = createArithmetic(P256, END - FREE);
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
    this.#invert = createInversion(arithmetic, scalarModulus(arithmetic), INVERSION);
    writeInteger(arithmetic, ORDER_ONE, montgomeryForm(1n, P256.order));
    writeInteger(arithmetic, ORDER_RADIX, montgomeryForm(montgomeryForm(1n, P256.order), P256.order));
    writeInteger(arithmetic, PRODUCT, 1n);
    setLanes(arithmetic, PLAIN_ONES, PRODUCT);
    for (const [i, point] of [P256.base, key].entries())
      writeTable(PUBLIC_TABLE, arithmetic, this.#round, point, TABLES + i * PUBLIC_TABLE.size, SUMS);
  }

  add(data: Uint8Array, signature: Uint8Array): void {
    const arithmetic = this.#arithmetic;
    const { octets, loadOctets } = arithmetic;
    const index = this.#proven.push(false) - 1;
    if (signature.length !== SIGNATURE_OCTETS) return;
    const at = this.#signature(this.#waiting.length);
    octets.set(signature, OCTETS);
    loadOctets(at + R, OCTETS);
    loadOctets(at + S, OCTETS + INTEGER_OCTETS);
    for (const integer of [at + R, at + S])
      if (isZero(arithmetic, integer) || !isBelow(arithmetic, integer, ORDER_LIMBS)) return;
    octets.set(this.#sha256(data), OCTETS);
    loadOctets(at + DIGEST, OCTETS);
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
    const quads = Math.ceil(indices.length / LANES);
    this.#makeDigits(indices.length);
    // Lanes that belong to no signature do what the first one does.
    for (let i = indices.length; i < quads * LANES; i++) this.#copyDigits(i, 0);
    if (!this.#multiply(quads)) return;
    for (const [i, index] of indices.entries()) this.#proven[index] = this.#fits(i);
  }

  /** Those of the factors: digest / s of the base point, r / s of the key. */
  #makeDigits(count: number): void {
    const { multiplyScalars, recode } = this.#arithmetic;
    copyInteger(this.#arithmetic, PRODUCT, ORDER_ONE);
    for (let i = 0; i < count; i++) {
      const at = this.#signature(i);
      multiplyScalars(at + S, at + S, ORDER_RADIX);
      copyInteger(this.#arithmetic, at + BEFORE, PRODUCT);
      multiplyScalars(PRODUCT, PRODUCT, at + S);
    }
    this.#invert(INVERSE, PRODUCT);
    for (let i = count - 1; i >= 0; i--) {
      const at = this.#signature(i);
      multiplyScalars(PRODUCT, INVERSE, at + BEFORE);
      multiplyScalars(INVERSE, INVERSE, at + S);
      for (const [ofPoint, dividend] of [DIGEST, R].entries()) {
        multiplyScalars(at + FACTOR, at + dividend, PRODUCT);
        recode(DIGITS + ofPoint * DIGITS_SIZE + 2 * i, at + FACTOR);
      }
    }
  }

  #copyDigits(to: number, from: number): void {
    const { octets } = this.#arithmetic;
    for (let at = DIGITS; at < SUMS; at += PUBLIC_DIGIT_STRIDE)
      octets.copyWithin(at + 2 * to, at + 2 * from, at + 2 * from + 2);
  }

  /** Leaves in the first sums the products of base point and factor plus those of key and factor; false if an addition was not possible. */
  #multiply(quads: number): boolean {
    const { gather } = this.#arithmetic;
    for (let digit = 0; digit < PUBLIC_DIGITS.count; digit++) {
      for (let i = 0; i < 2; i++) {
        const row = TABLES + i * PUBLIC_TABLE.size + digit * PUBLIC_TABLE.rowSize;
        const digits = DIGITS + i * DIGITS_SIZE + digit * PUBLIC_DIGIT_STRIDE;
        const points = (digit === 0 ? SUMS : ADDED_POINTS) + i * POINTS_SIZE;
        gather(points, row, digits, quads);
        if (digit > 0) this.#round.add(SUMS + i * POINTS_SIZE, points, quads);
      }
      if (!this.#round.finish()) return false;
    }
    this.#round.add(SUMS, SUMS + POINTS_SIZE, quads);
    return this.#round.finish();
  }

  /** Whether the x of a signature's sum is its r. That it may be r plus the group order happens once in 2^32 and is left to OpenSSL. */
  #fits(index: number): boolean {
    const arithmetic = this.#arithmetic;
    const { words } = arithmetic;
    const lane = index % LANES;
    if (lane === 0) arithmetic.multiplyQuads(SPARE, SUMS + (index / LANES) * QUAD_POINT_SIZE, PLAIN_ONES);
    copyLane(arithmetic, PRODUCT, SPARE, lane);
    arithmetic.reduceCoordinate(PRODUCT, PRODUCT);
    const r = this.#signature(index) + R;
    for (let i = 0; i < LIMBS; i++) if (words[(PRODUCT >> 2) + i] !== words[(r >> 2) + i]) return false;
    return true;
  }
}

function pointOf(publicKey: Uint8Array): Point {
  const integer = (octets: Uint8Array): bigint =>
    octets.reduce((value, octet) => (value << 8n) | BigInt(octet), 0n);
  return { x: integer(publicKey.subarray(0, 32)), y: integer(publicKey.subarray(32)) };
}
