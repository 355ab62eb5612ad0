import type { BatchSigner } from '../../../dnssec/crypto.ts';
import { internalError } from '../../../errors.ts';
import { AdditionRound } from './addition-round.ts';
import { createArithmetic, FREE, POINT_SIZE, SUM_SIZE, type Arithmetic } from './arithmetic.ts';
import { CURVE_B } from './curve.ts';
import { FIELD_PRIME, GROUP_ORDER, INTEGER_SIZE, LIMB_BITS } from './field-code.ts';
import { copyInteger, isZero, readOctets, writeInteger, writeOctets } from './integers.ts';
import { createInversion, montgomeryForm, scalarModulus, type Invert } from './inversion.ts';
import { ODD_TABLE_SIZE, ODD_TABLE_WORK_SIZE, writeOddMultiples } from './multiples.ts';
import { ROW_POINT_SIZE, ROW_SIZE, WINDOW_BITS, WINDOWS } from './selection-code.ts';

/** Signatures that share inversions: more would hardly be faster. */
const CAPACITY = 256;
/** Sums that become one point at the end: additions of one signature that share an inversion. */
const LANES = 4;

/** Memory of a signature. Where a lane's sum is, its first point goes as well; each further one goes behind it. */
const DIGEST = 0;
const NONCE = DIGEST + INTEGER_SIZE;
const DIGITS = NONCE + INTEGER_SIZE;
const BEFORE = DIGITS + INTEGER_SIZE;
const R = BEFORE + INTEGER_SIZE;
const S = R + INTEGER_SIZE;
const SUMS = S + INTEGER_SIZE;
const LANE_SIZE = SUM_SIZE + ROW_POINT_SIZE;
const SIGNATURE_SIZE = SUMS + LANES * LANE_SIZE;

/** Memory of all: integers, the table, signatures. The table is made where signatures will be. */
const ORDER_ONE = FREE;
const WIDE_HALF = ORDER_ONE + INTEGER_SIZE;
const PLAIN_ONE = WIDE_HALF + INTEGER_SIZE;
const SECRET = PLAIN_ONE + INTEGER_SIZE;
const CONSTANT_3 = SECRET + INTEGER_SIZE;
const CONSTANT_B = CONSTANT_3 + INTEGER_SIZE;
const FIELD_ONE = CONSTANT_B + INTEGER_SIZE;
const PRODUCT = FIELD_ONE + INTEGER_SIZE;
const INVERSE = PRODUCT + INTEGER_SIZE;
const ROUND = INVERSE + INTEGER_SIZE;
const TABLE = ROUND + AdditionRound.SIZE;
const SIGNATURES = TABLE + ODD_TABLE_SIZE;
const MEMORY = SIGNATURES - FREE + Math.max(CAPACITY * SIGNATURE_SIZE, ODD_TABLE_WORK_SIZE);

/** What batch signing asks of OpenSSL. */
export interface SigningPrimitives {
  readonly sha256: (data: Uint8Array) => Uint8Array;
  /** So many octets that depend on all of the input, for nonces: SHAKE256. */
  readonly expand: (input: Uint8Array, length: number) => Uint8Array;
  readonly randomBytes: (length: number) => Uint8Array;
  /** Whether a signature of the key is good, as another implementation sees it. */
  readonly verify: (data: Uint8Array, signature: Uint8Array) => boolean;
}

/** Octets of a nonce before it is reduced: so many more than the group order has that the reduction leaves no bias (FIPS 186-5 appendix A.3.1). */
const NONCE_OCTETS = 64;
const RANDOM_OCTETS = 64;
const DIGEST_OCTETS = 32;
const SIGNATURE_OCTETS = 64;

/**
 * Makes signatures of one key, 256 at a time (FIPS 186-5 section 6.4.1).
 *
 * What depends on the key or on a nonce takes the same instructions and reads the same memory for all of them: `selection` says how. Nonces are
 * drawn from randomness, the key and all digests of a batch together, so that a generator that repeats itself, as in two copies of one
 * machine, does not make two messages share a nonce.
 *
 * No signature leaves unless its point is on the curve and its s fits its r; of each batch OpenSSL verifies one.
 *
 * @param secret the private scalar, 32 octets
 * @returns undefined where this process runs no WebAssembly
 */
export function p256BatchSigner(secret: Uint8Array, primitives: SigningPrimitives): BatchSigner | undefined {
  const arithmetic = createArithmetic(MEMORY);
  return arithmetic && new P256BatchSigner(arithmetic, secret, primitives);
}

class P256BatchSigner implements BatchSigner {
  readonly #arithmetic: Arithmetic;
  readonly #primitives: SigningPrimitives;
  readonly #secret: Uint8Array;
  readonly #round: AdditionRound;
  readonly #invert: Invert;
  /** Of what is taken up and not yet signed. */
  readonly #digests = new Uint8Array(CAPACITY * DIGEST_OCTETS);
  #count = 0;
  /** What OpenSSL verifies the signature over. */
  #firstData = new Uint8Array();
  readonly #made: Uint8Array[] = [];

  constructor(arithmetic: Arithmetic, secret: Uint8Array, primitives: SigningPrimitives) {
    this.#arithmetic = arithmetic;
    this.#primitives = primitives;
    this.#secret = secret;
    this.#round = new AdditionRound(arithmetic, ROUND);
    this.#invert = createInversion(arithmetic, scalarModulus(arithmetic), ORDER_ONE);
    writeInteger(arithmetic, WIDE_HALF, montgomeryForm(1n << 256n, GROUP_ORDER));
    writeInteger(arithmetic, PLAIN_ONE, 1n);
    writeInteger(arithmetic, CONSTANT_3, montgomeryForm(3n, FIELD_PRIME));
    writeInteger(arithmetic, CONSTANT_B, montgomeryForm(CURVE_B, FIELD_PRIME));
    writeInteger(arithmetic, FIELD_ONE, montgomeryForm(1n, FIELD_PRIME));
    writeInteger(arithmetic, PRODUCT, montgomeryForm(montgomeryForm(1n, GROUP_ORDER), GROUP_ORDER));
    writeOctets(arithmetic, SECRET, secret);
    arithmetic.multiplyScalars(SECRET, SECRET, PRODUCT);
    writeOddMultiples(arithmetic, this.#round, TABLE, SIGNATURES);
  }

  add(data: Uint8Array): void {
    if (this.#count === 0) this.#firstData = data.slice();
    this.#digests.set(this.#primitives.sha256(data), this.#count * DIGEST_OCTETS);
    if (++this.#count === CAPACITY) this.#sign();
  }

  finish(): Uint8Array {
    if (this.#count > 0) this.#sign();
    const [made = new Uint8Array(), ...more] = this.#made.splice(0);
    return more.length === 0 ? made : Buffer.concat([made, ...more]);
  }

  #signature(index: number): number {
    return SIGNATURES + index * SIGNATURE_SIZE;
  }

  #sign(): void {
    const count = this.#count;
    const digests = this.#digests.subarray(0, count * DIGEST_OCTETS);
    this.#count = 0;
    this.#drawNonces(digests, count);
    const isAdded = this.#multiplyBasePoint(count);
    this.#invertNonces(count);
    const octets = new Uint8Array(count * SIGNATURE_OCTETS);
    let isSound = isAdded;
    for (let i = 0; i < count; i++) {
      const at = this.#signature(i);
      writeOctets(this.#arithmetic, at + DIGEST, digests, i * DIGEST_OCTETS);
      this.#finishSignature(at);
      isSound &&= this.#isSound(at);
      readOctets(this.#arithmetic, at + R, octets, i * SIGNATURE_OCTETS);
      readOctets(this.#arithmetic, at + S, octets, i * SIGNATURE_OCTETS + SIGNATURE_OCTETS / 2);
    }
    // Nonces stay no longer than they are needed.
    this.#arithmetic.words.fill(0, SIGNATURES >> 2, this.#signature(count) >> 2);
    if (!isSound || !this.#primitives.verify(this.#firstData, octets.subarray(0, SIGNATURE_OCTETS)))
      throw internalError('sign/arithmetic', 'a signature that was made is wrong, and nothing was written');
    this.#made.push(octets);
  }

  /** The nonces, times the radix, and their digits. */
  #drawNonces(digests: Uint8Array, count: number): void {
    const { multiplyScalars, add, markDigits } = this.#arithmetic;
    const seed = Buffer.concat([this.#primitives.randomBytes(RANDOM_OCTETS), this.#secret, digests]);
    const octets = this.#primitives.expand(seed, count * NONCE_OCTETS);
    for (let i = 0; i < count; i++) {
      const at = this.#signature(i);
      const start = i * NONCE_OCTETS;
      writeOctets(this.#arithmetic, at + NONCE, octets, start);
      writeOctets(this.#arithmetic, at + DIGITS, octets, start + NONCE_OCTETS / 2);
      multiplyScalars(at + NONCE, at + NONCE, WIDE_HALF);
      add(at + NONCE, at + NONCE, at + DIGITS);
      multiplyScalars(at + DIGITS, at + NONCE, PLAIN_ONE);
      markDigits(at + DIGITS, at + DIGITS);
    }
    seed.fill(0);
    octets.fill(0);
  }

  /** Leaves in the first sum of each signature the base point times the nonce; false if an addition was not possible. */
  #multiplyBasePoint(count: number): boolean {
    const { select } = this.#arithmetic;
    for (let first = 0; first < WINDOWS; first += LANES) {
      for (let window = first; window < Math.min(first + LANES, WINDOWS); window++) {
        // The bits of a digit begin one above its place.
        const bit = window * WINDOW_BITS + 1;
        const limb = DIGITS + 4 * Math.floor(bit / LIMB_BITS);
        const sumAt = SUMS + (window - first) * LANE_SIZE;
        const row = TABLE + window * ROW_SIZE;
        for (let i = 0; i < count; i++) {
          const at = this.#signature(i);
          const sum = at + sumAt;
          if (first === 0) {
            select(sum, row, at + limb, bit % LIMB_BITS);
          } else {
            select(sum + SUM_SIZE, row, at + limb, bit % LIMB_BITS);
            this.#round.add(sum, sum + SUM_SIZE);
          }
        }
      }
      if (!this.#round.finish()) return false;
    }
    for (let lanes = LANES / 2; lanes >= 1; lanes /= 2) {
      for (let i = 0; i < count; i++)
        for (let lane = 0; lane < lanes; lane++) {
          const sum = this.#signature(i) + SUMS + lane * LANE_SIZE;
          this.#round.add(sum, sum + lanes * LANE_SIZE);
        }
      if (!this.#round.finish()) return false;
    }
    return true;
  }

  /** Leaves in each `S` the inverse of the nonce, times the radix. */
  #invertNonces(count: number): void {
    const { multiplyScalars } = this.#arithmetic;
    copyInteger(this.#arithmetic, PRODUCT, ORDER_ONE);
    for (let i = 0; i < count; i++) {
      const at = this.#signature(i);
      copyInteger(this.#arithmetic, at + BEFORE, PRODUCT);
      multiplyScalars(PRODUCT, PRODUCT, at + NONCE);
    }
    this.#invert(INVERSE, PRODUCT);
    for (let i = count - 1; i >= 0; i--) {
      const at = this.#signature(i);
      multiplyScalars(at + S, INVERSE, at + BEFORE);
      multiplyScalars(INVERSE, INVERSE, at + NONCE);
    }
  }

  /** r is the x of the point; s = (digest + r · secret) / nonce. Leaves the dividend in `DIGITS`. */
  #finishSignature(at: number): void {
    const { multiply, multiplyScalars, add, reduceCoordinate, reduceScalar } = this.#arithmetic;
    multiply(at + R, at + SUMS, PLAIN_ONE);
    reduceCoordinate(at + R, at + R);
    reduceScalar(at + R, at + R);
    multiplyScalars(at + DIGITS, at + R, SECRET);
    add(at + DIGITS, at + DIGITS, at + DIGEST);
    multiplyScalars(at + S, at + S, at + DIGITS);
    reduceScalar(at + S, at + S);
  }

  #isSound(at: number): boolean {
    return this.#isOnCurve(at + SUMS) && this.#fits(at);
  }

  /** y^2 = x^3 - 3x + b */
  #isOnCurve(point: number): boolean {
    const { multiply, square, add, subtract, reduceCoordinate } = this.#arithmetic;
    square(PRODUCT, point);
    subtract(PRODUCT, PRODUCT, CONSTANT_3);
    multiply(PRODUCT, PRODUCT, point);
    add(PRODUCT, PRODUCT, CONSTANT_B);
    square(INVERSE, point + POINT_SIZE / 2);
    subtract(PRODUCT, PRODUCT, INVERSE);
    multiply(PRODUCT, PRODUCT, FIELD_ONE);
    reduceCoordinate(PRODUCT, PRODUCT);
    return isZero(this.#arithmetic, PRODUCT);
  }

  /** s · nonce = digest + r · secret, and neither r nor s is zero. */
  #fits(at: number): boolean {
    const { multiplyScalars, subtract, reduceScalar } = this.#arithmetic;
    multiplyScalars(PRODUCT, at + S, at + NONCE);
    subtract(PRODUCT, PRODUCT, at + DIGITS);
    multiplyScalars(PRODUCT, PRODUCT, ORDER_ONE);
    reduceScalar(PRODUCT, PRODUCT);
    return (
      isZero(this.#arithmetic, PRODUCT) &&
      !isZero(this.#arithmetic, at + R) &&
      !isZero(this.#arithmetic, at + S)
    );
  }
}
