import type { BatchSigner } from '../../../dnssec/crypto.ts';
import { CAPACITY, createArithmetic, FREE, type Arithmetic } from './arithmetic.ts';
import { BaseMultiplication } from './base-multiplication.ts';
import { CURVE25519 } from './curve25519.ts';
import { EdwardsEncoding } from './edwards-encoding.ts';
import { INTEGER_SIZE } from './field-code.ts';
import { MadeSignatures, SIGNATURE_OCTETS } from './made-signatures.ts';
import { INTEGER_OCTETS } from './octets-code.ts';
import { aligned, LANES } from './quad-code.ts';
import { Scalars } from './scalars.ts';
import { DIGEST_SIZE } from './sha512-code.ts';
import { paddedSize, Sha512Pairs } from './sha512-pairs.ts';

/** Room for data to be signed, with what is digested with it: as much as a full batch of ordinary RRsets takes, and more. */
const MESSAGES_SIZE = CAPACITY * 448;

/** Memory of all: what stays of the key, integers, then what belongs to single signatures, and what works on them. */
const SCALARS = FREE;
const SECRET = SCALARS + Scalars.SIZE;
const KEY_OCTETS = aligned(SECRET + INTEGER_SIZE);
const PREFIX = KEY_OCTETS + INTEGER_OCTETS;
const FACTOR = PREFIX + INTEGER_OCTETS;
const NONCES = FACTOR + INTEGER_SIZE;
const DIGESTS = aligned(NONCES + CAPACITY * INTEGER_SIZE);
const MESSAGES = DIGESTS + CAPACITY * DIGEST_SIZE;
const SIGNATURES = MESSAGES + MESSAGES_SIZE;
const SHA512 = SIGNATURES + CAPACITY * SIGNATURE_OCTETS;
const ENCODING = aligned(SHA512 + Sha512Pairs.SIZE);
const POINTS = ENCODING + EdwardsEncoding.size(CAPACITY / LANES);
const END = POINTS + BaseMultiplication.SIZE;

/** What batch signing asks of OpenSSL. */
export interface Ed25519Primitives {
  readonly sha512: (data: Uint8Array) => Uint8Array;
  readonly sign: (data: Uint8Array) => Uint8Array;
  /** Whether a signature of the key is good, as another implementation sees it. */
  readonly verify: (data: Uint8Array, signature: Uint8Array) => boolean;
}

/** Data that waits: where it is in memory, behind room for the two integers that are digested before it. */
interface Waiting {
  readonly at: number;
  readonly length: number;
}
const ROOM = 2 * INTEGER_OCTETS;

/**
 * Makes Ed25519 signatures of one key, 512 at a time (RFC 8032 section 5.1.6): octet for octet those that any other implementation makes.
 *
 * What depends on the key or on a secret r takes the same instructions and reads the same memory for all of them. No signature leaves unless its
 * point is on the curve; of each batch OpenSSL verifies one. Data that is too long for memory OpenSSL signs.
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
  const sha512 = arithmetic && Sha512Pairs.create(arithmetic.memory, SHA512);
  return sha512 && new Ed25519BatchSigner(arithmetic, sha512, seed, publicKey, primitives);
}

class Ed25519BatchSigner implements BatchSigner {
  readonly #arithmetic: Arithmetic;
  readonly #sha512: Sha512Pairs;
  readonly #primitives: Ed25519Primitives;
  readonly #scalars: Scalars;
  readonly #points: BaseMultiplication;
  readonly #encoding: EdwardsEncoding;
  readonly #made: MadeSignatures;
  readonly #waiting: Waiting[] = [];
  /** Where data may go next. */
  #next = MESSAGES;

  constructor(
    arithmetic: Arithmetic,
    sha512: Sha512Pairs,
    seed: Uint8Array,
    publicKey: Uint8Array,
    primitives: Ed25519Primitives,
  ) {
    this.#arithmetic = arithmetic;
    this.#sha512 = sha512;
    this.#primitives = primitives;
    this.#scalars = new Scalars(arithmetic, SCALARS);
    this.#points = new BaseMultiplication(arithmetic, POINTS);
    this.#encoding = new EdwardsEncoding(arithmetic, ENCODING);
    this.#made = new MadeSignatures(primitives.verify);
    const expanded = primitives.sha512(seed);
    const secret = expanded.subarray(0, INTEGER_OCTETS);
    secret[0]! &= 0xf8;
    secret[31] = (secret[31]! & 0x7f) | 0x40;
    this.#scalars.readSecret(SECRET, secret);
    arithmetic.octets.set(publicKey, KEY_OCTETS);
    arithmetic.octets.set(expanded.subarray(INTEGER_OCTETS), PREFIX);
    expanded.fill(0);
  }

  add(data: Uint8Array): void {
    const size = sizeOf(data.length);
    if (this.#next + size > MESSAGES + MESSAGES_SIZE) this.#sign();
    if (size > MESSAGES_SIZE) {
      this.#made.take(this.#primitives.sign(data), true, data);
      return;
    }
    this.#arithmetic.octets.set(data, this.#next + ROOM);
    const count = this.#waiting.push({ at: this.#next, length: data.length });
    this.#next += size;
    if (count === CAPACITY) this.#sign();
  }

  finish(): Uint8Array {
    this.#sign();
    return this.#made.finish();
  }

  #sign(): void {
    const waiting = this.#waiting.splice(0);
    const [first] = waiting;
    if (first === undefined) return;
    const { octets } = this.#arithmetic;
    const quads = Math.ceil(waiting.length / LANES);
    this.#deriveNonces(waiting);
    const isSound =
      this.#points.multiply(waiting.length) && this.#encoding.take(this.#points.found(0), quads);
    this.#finishSignatures(waiting);
    this.#forget(waiting.length, quads);
    const data = octets.slice(first.at + ROOM, first.at + ROOM + first.length);
    octets.fill(0, MESSAGES, this.#next);
    this.#next = MESSAGES;
    this.#made.take(octets.slice(SIGNATURES, SIGNATURES + waiting.length * SIGNATURE_OCTETS), isSound, data);
  }

  /** r is the digest of the key's second half and the data. */
  #deriveNonces(waiting: readonly Waiting[]): void {
    const { words, multiplyScalars } = this.#arithmetic;
    const before = INTEGER_OCTETS;
    for (const { at } of waiting) words.copyWithin((at + before) >> 2, PREFIX >> 2, (PREFIX + before) >> 2);
    this.#digest(waiting, before);
    for (let i = 0; i < waiting.length; i++) {
      const nonce = nonceOf(i);
      this.#scalars.loadWide(nonce, digestOf(i));
      multiplyScalars(nonce, nonce, this.#scalars.one);
      this.#points.setScalar(i, nonce);
    }
  }

  /** s = r + digest of point, key and data · secret. */
  #finishSignatures(waiting: readonly Waiting[]): void {
    const { words, multiplyScalars, add, reduceScalar, storeOctets } = this.#arithmetic;
    for (const [i, { at }] of waiting.entries()) {
      this.#encoding.write(i, at);
      words.copyWithin((SIGNATURES + i * SIGNATURE_OCTETS) >> 2, at >> 2, (at + INTEGER_OCTETS) >> 2);
      words.copyWithin((at + INTEGER_OCTETS) >> 2, KEY_OCTETS >> 2, (KEY_OCTETS + INTEGER_OCTETS) >> 2);
    }
    this.#digest(waiting, ROOM);
    for (let i = 0; i < waiting.length; i++) {
      this.#scalars.loadWide(FACTOR, digestOf(i));
      multiplyScalars(FACTOR, FACTOR, SECRET);
      add(FACTOR, FACTOR, nonceOf(i));
      multiplyScalars(FACTOR, FACTOR, this.#scalars.one);
      reduceScalar(FACTOR, FACTOR);
      storeOctets(SIGNATURES + i * SIGNATURE_OCTETS + INTEGER_OCTETS, FACTOR);
    }
  }

  /** Digests data, and so many octets before it. */
  #digest(waiting: readonly Waiting[], before: number): void {
    const messages = waiting.map(({ at, length }, i) => ({
      at: at + ROOM - before,
      length: before + length,
      digest: digestOf(i),
    }));
    this.#sha512.digest(messages);
  }

  /** The secrets stay no longer than they are needed. */
  #forget(count: number, quads: number): void {
    const { words } = this.#arithmetic;
    words.fill(0, FACTOR >> 2, nonceOf(count) >> 2);
    words.fill(0, DIGESTS >> 2, digestOf(count) >> 2);
    this.#scalars.forget();
    this.#sha512.forget();
    this.#encoding.forget(quads);
    this.#points.forget();
  }
}

const nonceOf = (index: number): number => NONCES + index * INTEGER_SIZE;
const digestOf = (index: number): number => DIGESTS + index * DIGEST_SIZE;

/** Octets of memory for data, with room before it and padding after it, whichever integers are digested with it. */
function sizeOf(length: number): number {
  return INTEGER_OCTETS + paddedSize(ROOM + length);
}
