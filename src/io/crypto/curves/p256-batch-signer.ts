import type { BatchSigner } from '../../../dnssec/crypto.ts';
import { CAPACITY, createArithmetic, FREE, type Arithmetic } from './arithmetic.ts';
import { BaseMultiplication } from './base-multiplication.ts';
import { INTEGER_SIZE } from './field-code.ts';
import { copyInteger, isZero, writeInteger } from './integers.ts';
import { createInversion, INVERSION_SIZE, scalarModulus, type Invert } from './inversion.ts';
import { MadeSignatures, SIGNATURE_OCTETS } from './made-signatures.ts';
import { INTEGER_OCTETS } from './octets-code.ts';
import { P256 } from './p256.ts';
import { aligned } from './quad-code.ts';
import { Scalars, WIDE_OCTETS } from './scalars.ts';

/** Memory of a signature. */
const DIGEST = 0;
const NONCE = DIGEST + INTEGER_SIZE;
const DIVIDEND = NONCE + INTEGER_SIZE;
const BEFORE = DIVIDEND + INTEGER_SIZE;
const R = BEFORE + INTEGER_SIZE;
const S = R + INTEGER_SIZE;
const SIGNATURE_SIZE = S + INTEGER_SIZE;

/** Memory of all: integers, signatures, the octets that they are made from and consist of, and what finds points. */
const SCALARS = FREE;
const PLAIN_ONE = SCALARS + Scalars.SIZE;
const SECRET = PLAIN_ONE + INTEGER_SIZE;
const PRODUCT = SECRET + INTEGER_SIZE;
const INVERSE = PRODUCT + INTEGER_SIZE;
const INVERSION = INVERSE + INTEGER_SIZE;
const SIGNATURES = INVERSION + INVERSION_SIZE;
const DIGESTS = aligned(SIGNATURES + CAPACITY * SIGNATURE_SIZE);
const NONCES = DIGESTS + CAPACITY * INTEGER_OCTETS;
const MADE = NONCES + CAPACITY * WIDE_OCTETS;
const POINTS = MADE + CAPACITY * SIGNATURE_OCTETS;
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

const RANDOM_OCTETS = 64;

/**
 * Makes signatures of one key, 512 at a time (FIPS 186-5 section 6.4.1).
 *
 * What depends on the key or on a nonce takes the same instructions and reads the same memory for all of them. Nonces are drawn from randomness, the
 * key and all digests of a batch together, so that a generator that repeats itself, as in two copies of one machine, does not make two
 * messages share a nonce. They have so many octets more than the group order that their reduction leaves no bias (FIPS 186-5 appendix A.3.1).
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
  readonly #scalars: Scalars;
  readonly #made: MadeSignatures;
  /** How many are taken up and not yet signed. */
  #count = 0;
  /** What OpenSSL verifies the signature over. */
  #firstData = new Uint8Array();

  constructor(arithmetic: Arithmetic, secret: Uint8Array, primitives: SigningPrimitives) {
    this.#arithmetic = arithmetic;
    this.#primitives = primitives;
    this.#secret = secret;
    this.#points = new BaseMultiplication(arithmetic, POINTS);
    this.#invert = createInversion(arithmetic, scalarModulus(arithmetic), INVERSION);
    this.#scalars = new Scalars(arithmetic, SCALARS);
    this.#made = new MadeSignatures(primitives.verify);
    writeInteger(arithmetic, PLAIN_ONE, 1n);
    this.#scalars.readSecret(SECRET, secret);
  }

  add(data: Uint8Array): void {
    if (this.#count === 0) this.#firstData = Uint8Array.from(data);
    this.#arithmetic.octets.set(this.#primitives.sha256(data), DIGESTS + this.#count * INTEGER_OCTETS);
    if (++this.#count === CAPACITY) this.#sign();
  }

  finish(): Uint8Array {
    if (this.#count > 0) this.#sign();
    return this.#made.finish();
  }

  #signature(index: number): number {
    return SIGNATURES + index * SIGNATURE_SIZE;
  }

  #sign(): void {
    const { words, octets, loadOctets, storeOctets } = this.#arithmetic;
    const count = this.#count;
    this.#count = 0;
    this.#drawNonces(count);
    let isSound = this.#points.multiply(count);
    this.#invertNonces(count);
    for (let i = 0; i < count; i++) {
      const at = this.#signature(i);
      const made = MADE + i * SIGNATURE_OCTETS;
      loadOctets(at + DIGEST, DIGESTS + i * INTEGER_OCTETS);
      this.#points.copyX(i, at + R);
      this.#finishSignature(at);
      isSound &&= this.#fits(at);
      storeOctets(made, at + R);
      storeOctets(made + INTEGER_OCTETS, at + S);
    }
    // Nonces, and what came of them, stay no longer than they are needed.
    words.fill(0, PRODUCT >> 2, this.#signature(count) >> 2);
    words.fill(0, NONCES >> 2, (NONCES + count * WIDE_OCTETS) >> 2);
    this.#scalars.forget();
    this.#points.forget();
    this.#made.take(octets.slice(MADE, MADE + count * SIGNATURE_OCTETS), isSound, this.#firstData);
  }

  /** The nonces, times the radix, and their digits. */
  #drawNonces(count: number): void {
    const { octets, multiplyScalars } = this.#arithmetic;
    const digests = octets.subarray(DIGESTS, DIGESTS + count * INTEGER_OCTETS);
    const seed = Buffer.concat([this.#primitives.randomBytes(RANDOM_OCTETS), this.#secret, digests]);
    const expanded = this.#primitives.expand(seed, count * WIDE_OCTETS);
    octets.set(expanded, NONCES);
    for (let i = 0; i < count; i++) {
      const at = this.#signature(i);
      this.#scalars.loadWide(at + NONCE, NONCES + i * WIDE_OCTETS);
      multiplyScalars(at + BEFORE, at + NONCE, PLAIN_ONE);
      this.#points.setScalar(i, at + BEFORE);
    }
    seed.fill(0);
    expanded.fill(0);
  }

  /** Leaves in each `S` the inverse of the nonce, times the radix. */
  #invertNonces(count: number): void {
    const { multiplyScalars } = this.#arithmetic;
    copyInteger(this.#arithmetic, PRODUCT, this.#scalars.one);
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
    multiplyScalars(PRODUCT, PRODUCT, this.#scalars.one);
    reduceScalar(PRODUCT, PRODUCT);
    return (
      isZero(this.#arithmetic, PRODUCT) &&
      !isZero(this.#arithmetic, at + R) &&
      !isZero(this.#arithmetic, at + S)
    );
  }
}
