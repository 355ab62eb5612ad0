import type { BatchSigner } from '../../../dnssec/crypto.ts';
import { internalError } from '../../../errors.ts';
import { CAPACITY, createArithmetic, FREE, type Arithmetic } from './arithmetic.ts';
import { BaseMultiplication } from './base-multiplication.ts';
import { INTEGER_SIZE } from './field-code.ts';
import { copyInteger, isZero, readOctets, writeInteger, writeOctets } from './integers.ts';
import { createInversion, INVERSION_SIZE, montgomeryForm, scalarModulus, type Invert } from './inversion.ts';
import { P256 } from './p256.ts';

/** Memory of a signature. */
const DIGEST = 0;
const NONCE = DIGEST + INTEGER_SIZE;
const DIVIDEND = NONCE + INTEGER_SIZE;
const BEFORE = DIVIDEND + INTEGER_SIZE;
const R = BEFORE + INTEGER_SIZE;
const S = R + INTEGER_SIZE;
const SIGNATURE_SIZE = S + INTEGER_SIZE;

/** Memory of all: integers, signatures, and what finds points. */
const ORDER_ONE = FREE;
const WIDE_HALF = ORDER_ONE + INTEGER_SIZE;
const PLAIN_ONE = WIDE_HALF + INTEGER_SIZE;
const SECRET = PLAIN_ONE + INTEGER_SIZE;
const PRODUCT = SECRET + INTEGER_SIZE;
const INVERSE = PRODUCT + INTEGER_SIZE;
const INVERSION = INVERSE + INTEGER_SIZE;
const SIGNATURES = INVERSION + INVERSION_SIZE;
const POINTS = SIGNATURES + CAPACITY * SIGNATURE_SIZE;
const END = POINTS + BaseMultiplication.SIZE;

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
 * What depends on the key or on a nonce takes the same instructions and reads the same memory for all of them. Nonces are drawn from randomness, the key and all digests of a batch together, so that a generator that repeats itself, as in two copies of one
 * machine, does not make two messages share a nonce.
 *
 * No signature leaves unless its point is on the curve and its s fits its r; of each batch OpenSSL verifies one.
 *
 * @param secret the private scalar, 32 octets
 * @returns undefined where this process runs no WebAssembly
 */
export function p256BatchSigner(secret: Uint8Array, primitives: SigningPrimitives): BatchSigner | undefined {
  const arithmetic = createArithmetic(P256, END - FREE);
  return arithmetic && new P256BatchSigner(arithmetic, secret, primitives);
}

class P256BatchSigner implements BatchSigner {
  readonly #arithmetic: Arithmetic;
  readonly #primitives: SigningPrimitives;
  readonly #secret: Uint8Array;
  readonly #points: BaseMultiplication;
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
    this.#points = new BaseMultiplication(arithmetic, POINTS);
    this.#invert = createInversion(arithmetic, scalarModulus(arithmetic), INVERSION);
    writeInteger(arithmetic, ORDER_ONE, montgomeryForm(1n, P256.order));
    writeInteger(arithmetic, WIDE_HALF, montgomeryForm(1n << 256n, P256.order));
    writeInteger(arithmetic, PLAIN_ONE, 1n);
    writeInteger(arithmetic, PRODUCT, montgomeryForm(montgomeryForm(1n, P256.order), P256.order));
    writeOctets(arithmetic, SECRET, secret);
    arithmetic.multiplyScalars(SECRET, SECRET, PRODUCT);
  }

  add(data: Uint8Array): void {
    if (this.#count === 0) this.#firstData = Uint8Array.from(data);
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
    let isSound = this.#points.multiply(count);
    this.#invertNonces(count);
    const octets = new Uint8Array(count * SIGNATURE_OCTETS);
    for (let i = 0; i < count; i++) {
      const at = this.#signature(i);
      writeOctets(this.#arithmetic, at + DIGEST, digests, i * DIGEST_OCTETS);
      this.#points.copyPoint(i, at + R, PRODUCT);
      this.#finishSignature(at);
      isSound &&= this.#fits(at);
      readOctets(this.#arithmetic, at + R, octets, i * SIGNATURE_OCTETS);
      readOctets(this.#arithmetic, at + S, octets, i * SIGNATURE_OCTETS + SIGNATURE_OCTETS / 2);
    }
    // Nonces, and what came of them, stay no longer than they are needed.
    this.#arithmetic.words.fill(0, PRODUCT >> 2, this.#signature(count) >> 2);
    this.#points.forget();
    if (!isSound || !this.#primitives.verify(this.#firstData, octets.subarray(0, SIGNATURE_OCTETS)))
      throw internalError('sign/arithmetic', 'a signature that was made is wrong, and nothing was written');
    this.#made.push(octets);
  }

  /** The nonces, times the radix, and their digits. */
  #drawNonces(digests: Uint8Array, count: number): void {
    const { multiplyScalars, add } = this.#arithmetic;
    const seed = Buffer.concat([this.#primitives.randomBytes(RANDOM_OCTETS), this.#secret, digests]);
    const octets = this.#primitives.expand(seed, count * NONCE_OCTETS);
    for (let i = 0; i < count; i++) {
      const at = this.#signature(i);
      const start = i * NONCE_OCTETS;
      writeOctets(this.#arithmetic, at + NONCE, octets, start);
      writeOctets(this.#arithmetic, at + BEFORE, octets, start + NONCE_OCTETS / 2);
      multiplyScalars(at + NONCE, at + NONCE, WIDE_HALF);
      add(at + NONCE, at + NONCE, at + BEFORE);
      multiplyScalars(at + BEFORE, at + NONCE, PLAIN_ONE);
      this.#points.setScalar(i, at + BEFORE);
    }
    seed.fill(0);
    octets.fill(0);
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

  /** r is the x of the point, which is in `R`; s = (digest + r · secret) / nonce. */
  #finishSignature(at: number): void {
    const { multiply, multiplyScalars, add, reduceCoordinate, reduceScalar } = this.#arithmetic;
    multiply(at + R, at + R, PLAIN_ONE);
    reduceCoordinate(at + R, at + R);
    reduceScalar(at + R, at + R);
    multiplyScalars(at + DIVIDEND, at + R, SECRET);
    add(at + DIVIDEND, at + DIVIDEND, at + DIGEST);
    multiplyScalars(at + S, at + S, at + DIVIDEND);
    reduceScalar(at + S, at + S);
  }

  /** s · nonce = digest + r · secret, and neither r nor s is zero. */
  #fits(at: number): boolean {
    const { multiplyScalars, subtract, reduceScalar } = this.#arithmetic;
    multiplyScalars(PRODUCT, at + S, at + NONCE);
    subtract(PRODUCT, PRODUCT, at + DIVIDEND);
    multiplyScalars(PRODUCT, PRODUCT, ORDER_ONE);
    reduceScalar(PRODUCT, PRODUCT);
    return (
      isZero(this.#arithmetic, PRODUCT) &&
      !isZero(this.#arithmetic, at + R) &&
      !isZero(this.#arithmetic, at + S)
    );
  }
}
