import type { BatchSigner } from '../../../dnssec/crypto.ts';
import { internalError } from '../../../errors.ts';
import { CAPACITY, createArithmetic, FREE, type Arithmetic } from './arithmetic.ts';
import { BaseMultiplication } from './base-multiplication.ts';
import { CURVE25519, EDWARDS_FACTOR, SHIFT } from './curve25519.ts';
import { INTEGER_SIZE } from './field-code.ts';
import { copyInteger, octetOf, readOctets, writeInteger, writeOctets } from './integers.ts';
import { createInversion, fieldModulus, INVERSION_SIZE, montgomeryForm, type Invert } from './inversion.ts';

/** Memory of a signature: the secret r, the coordinates of its point, what to divide by, and the product of all those before. */
const NONCE = 0;
const U = NONCE + INTEGER_SIZE;
const V = U + INTEGER_SIZE;
const DIVISOR = V + INTEGER_SIZE;
const BEFORE = DIVISOR + INTEGER_SIZE;
const SIGNATURE_SIZE = BEFORE + INTEGER_SIZE;

/** Memory of all: integers, signatures, and what finds points. */
const FIELD_ONE = FREE;
const ORDER_ONE = FIELD_ONE + INTEGER_SIZE;
const WIDE_HALF = ORDER_ONE + INTEGER_SIZE;
const PLAIN_ONE = WIDE_HALF + INTEGER_SIZE;
const U_SHIFT = PLAIN_ONE + INTEGER_SIZE;
const FACTOR = U_SHIFT + INTEGER_SIZE;
const SECRET = FACTOR + INTEGER_SIZE;
const PRODUCT = SECRET + INTEGER_SIZE;
const INVERSE = PRODUCT + INTEGER_SIZE;
const LEFT = INVERSE + INTEGER_SIZE;
const RIGHT = LEFT + INTEGER_SIZE;
const INVERSION = RIGHT + INTEGER_SIZE;
const SIGNATURES = INVERSION + INVERSION_SIZE;
const POINTS = SIGNATURES + CAPACITY * SIGNATURE_SIZE;
const END = POINTS + BaseMultiplication.SIZE;

/** What batch signing asks of OpenSSL. */
export interface Ed25519Primitives {
  readonly sha512: (data: Uint8Array) => Uint8Array;
  /** Whether a signature of the key is good, as another implementation sees it. */
  readonly verify: (data: Uint8Array, signature: Uint8Array) => boolean;
}

/** Octets of scalars and of encoded points; a signature has one of each. */
const HALF = 32;
const SIGNATURE_OCTETS = 2 * HALF;

/**
 * Makes Ed25519 signatures of one key, 256 at a time (RFC 8032 section 5.1.6): octet for octet those that any other implementation makes.
 *
 * What depends on the key or on a secret r takes the same instructions and reads the same memory for all of them. No signature leaves unless its
 * point is on the curve; of each batch OpenSSL verifies one.
 *
 * @param seed the private key, 32 octets
 * @param publicKey 32 octets
 * @returns undefined where this process runs no WebAssembly
 */
export function ed25519BatchSigner(
  seed: Uint8Array,
  publicKey: Uint8Array,
  primitives: Ed25519Primitives,
): BatchSigner | undefined {
  const arithmetic = createArithmetic(CURVE25519, END - FREE);
  return arithmetic && new Ed25519BatchSigner(arithmetic, seed, publicKey, primitives);
}

class Ed25519BatchSigner implements BatchSigner {
  readonly #arithmetic: Arithmetic;
  readonly #primitives: Ed25519Primitives;
  readonly #publicKey: Uint8Array;
  readonly #prefix: Uint8Array;
  readonly #points: BaseMultiplication;
  readonly #invert: Invert;
  /** What is taken up and not yet signed, each behind room for the two halves of what is digested with it. */
  readonly #waiting: Uint8Array[] = [];
  readonly #made: Uint8Array[] = [];

  constructor(
    arithmetic: Arithmetic,
    seed: Uint8Array,
    publicKey: Uint8Array,
    primitives: Ed25519Primitives,
  ) {
    this.#arithmetic = arithmetic;
    this.#primitives = primitives;
    this.#publicKey = publicKey;
    this.#points = new BaseMultiplication(arithmetic, POINTS);
    this.#invert = createInversion(arithmetic, fieldModulus(arithmetic), INVERSION);
    const { field, order } = CURVE25519;
    writeInteger(arithmetic, FIELD_ONE, montgomeryForm(1n, field.prime));
    writeInteger(arithmetic, ORDER_ONE, montgomeryForm(1n, order));
    writeInteger(arithmetic, WIDE_HALF, montgomeryForm(1n << 256n, order));
    writeInteger(arithmetic, PLAIN_ONE, 1n);
    writeInteger(arithmetic, U_SHIFT, montgomeryForm(SHIFT, field.prime));
    writeInteger(arithmetic, FACTOR, montgomeryForm(EDWARDS_FACTOR, field.prime));
    const expanded = primitives.sha512(seed);
    this.#prefix = Uint8Array.from(expanded.subarray(HALF));
    const secret = expanded.subarray(0, HALF);
    secret[0]! &= 0xf8;
    secret[31] = (secret[31]! & 0x7f) | 0x40;
    writeInteger(arithmetic, PRODUCT, montgomeryForm(montgomeryForm(1n, order), order));
    writeOctets(arithmetic, SECRET, secret.reverse());
    arithmetic.multiplyScalars(SECRET, SECRET, PRODUCT);
    expanded.fill(0);
  }

  add(data: Uint8Array): void {
    const octets = new Uint8Array(2 * HALF + data.length);
    octets.set(data, 2 * HALF);
    if (this.#waiting.push(octets) === CAPACITY) this.#sign();
  }

  finish(): Uint8Array {
    if (this.#waiting.length > 0) this.#sign();
    const [made = new Uint8Array(), ...more] = this.#made.splice(0);
    return more.length === 0 ? made : Buffer.concat([made, ...more]);
  }

  #signature(index: number): number {
    return SIGNATURES + index * SIGNATURE_SIZE;
  }

  #sign(): void {
    const waiting = this.#waiting.splice(0);
    for (const [i, octets] of waiting.entries()) this.#deriveNonce(i, octets);
    const isSound = this.#points.multiply(waiting.length);
    this.#dividePoints(waiting.length);
    const made = new Uint8Array(waiting.length * SIGNATURE_OCTETS);
    for (const [i, octets] of waiting.entries()) {
      const signature = made.subarray(i * SIGNATURE_OCTETS, (i + 1) * SIGNATURE_OCTETS);
      this.#encodePoint(this.#signature(i), signature);
      this.#finishSignature(this.#signature(i), octets, signature);
    }
    // The secrets stay no longer than they are needed.
    this.#arithmetic.words.fill(0, PRODUCT >> 2, this.#signature(waiting.length) >> 2);
    this.#points.forget();
    const first = waiting[0]!.subarray(2 * HALF);
    if (!isSound || !this.#primitives.verify(first, made.subarray(0, SIGNATURE_OCTETS)))
      throw internalError('sign/arithmetic', 'a signature that was made is wrong, and nothing was written');
    this.#made.push(made);
  }

  /** r is the digest of the key's second half and the data. */
  #deriveNonce(index: number, octets: Uint8Array): void {
    const at = this.#signature(index);
    octets.set(this.#prefix, HALF);
    this.#writeDigest(at + NONCE, octets.subarray(HALF));
    octets.fill(0, HALF, 2 * HALF);
    this.#points.setScalar(index, at + NONCE);
  }

  /** Writes a digest as a scalar, between -n and 2n. */
  #writeDigest(at: number, data: Uint8Array): void {
    const { multiplyScalars, add } = this.#arithmetic;
    const digest = this.#primitives.sha512(data).reverse();
    writeOctets(this.#arithmetic, LEFT, digest);
    writeOctets(this.#arithmetic, RIGHT, digest, HALF);
    multiplyScalars(LEFT, LEFT, WIDE_HALF);
    add(LEFT, LEFT, RIGHT);
    multiplyScalars(at, LEFT, ORDER_ONE);
    digest.fill(0);
  }

  /** Leaves of each point u, v, and 1 / ((u + 1) v) in `DIVISOR`. */
  #dividePoints(count: number): void {
    const { multiply, add, subtract } = this.#arithmetic;
    copyInteger(this.#arithmetic, PRODUCT, FIELD_ONE);
    for (let i = 0; i < count; i++) {
      const at = this.#signature(i);
      this.#points.copyPoint(i, at + U, at + V);
      subtract(at + U, at + U, U_SHIFT);
      multiply(at + U, at + U, FIELD_ONE);
      add(LEFT, at + U, FIELD_ONE);
      multiply(at + DIVISOR, LEFT, at + V);
      copyInteger(this.#arithmetic, at + BEFORE, PRODUCT);
      multiply(PRODUCT, PRODUCT, at + DIVISOR);
    }
    this.#invert(INVERSE, PRODUCT);
    for (let i = count - 1; i >= 0; i--) {
      const at = this.#signature(i);
      multiply(LEFT, INVERSE, at + BEFORE);
      multiply(INVERSE, INVERSE, at + DIVISOR);
      copyInteger(this.#arithmetic, at + DIVISOR, LEFT);
    }
  }

  /** y = (u - 1) / (u + 1), with the lowest bit of x above it: x is u / v times the factor. */
  #encodePoint(at: number, out: Uint8Array): void {
    const { multiply, add, subtract, reduceCoordinate } = this.#arithmetic;
    add(LEFT, at + U, FIELD_ONE);
    multiply(LEFT, LEFT, at + DIVISOR);
    multiply(LEFT, LEFT, at + U);
    multiply(LEFT, LEFT, FACTOR);
    multiply(LEFT, LEFT, PLAIN_ONE);
    reduceCoordinate(LEFT, LEFT);
    subtract(RIGHT, at + U, FIELD_ONE);
    multiply(RIGHT, RIGHT, at + DIVISOR);
    multiply(RIGHT, RIGHT, at + V);
    multiply(RIGHT, RIGHT, PLAIN_ONE);
    reduceCoordinate(RIGHT, RIGHT);
    readOctets(this.#arithmetic, RIGHT, out);
    out.subarray(0, HALF).reverse();
    out[HALF - 1]! |= (octetOf(this.#arithmetic, LEFT, 0) & 1) << 7;
  }

  /** s = r + digest of point, key and data · secret. */
  #finishSignature(at: number, octets: Uint8Array, signature: Uint8Array): void {
    const { multiplyScalars, add, reduceScalar } = this.#arithmetic;
    octets.set(signature.subarray(0, HALF));
    octets.set(this.#publicKey, HALF);
    this.#writeDigest(RIGHT, octets);
    multiplyScalars(RIGHT, RIGHT, SECRET);
    add(RIGHT, RIGHT, at + NONCE);
    multiplyScalars(RIGHT, RIGHT, ORDER_ONE);
    reduceScalar(RIGHT, RIGHT);
    readOctets(this.#arithmetic, RIGHT, signature, HALF);
    signature.subarray(HALF).reverse();
  }
}
