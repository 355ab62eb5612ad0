import { ByteBuffer } from '../dns/byte-buffer.ts';
import { printBase32hex } from '../dns/encoding.ts';
import { LOWER_CASE } from '../dns/name.ts';
import type { Crypto } from './crypto.ts';

/** Octets of an NSEC3 hash, which is always SHA-1 (RFC 5155 section 11). */
export const NSEC3_HASH_LENGTH = 20;
/** Octets of the hash in base32hex. */
export const NSEC3_LABEL_LENGTH = 32;
/** The hash algorithm number of SHA-1. */
export const NSEC3_SHA1 = 1;

export interface Nsec3Parameters {
  readonly iterations: number;
  readonly salt: Uint8Array;
}

/** Hashes owner names for NSEC3 (RFC 5155 section 5). */
export class Nsec3Hasher {
  readonly #crypto: Crypto;
  readonly #parameters: Nsec3Parameters;
  readonly #input: Uint8Array;

  constructor(crypto: Crypto, parameters: Nsec3Parameters) {
    this.#crypto = crypto;
    this.#parameters = parameters;
    this.#input = new Uint8Array(256 + parameters.salt.length);
  }

  /** The hash of the name in wire form at `bytes[start, end)`; letter case does not matter. */
  hash(bytes: Uint8Array, start = 0, end = bytes.length): Uint8Array {
    const { salt, iterations } = this.#parameters;
    const input = this.#input;
    for (let i = start; i < end; i++) input[i - start] = LOWER_CASE[bytes[i]!]!;
    input.set(salt, end - start);
    let digest = this.#crypto.digest('sha1', input.subarray(0, end - start + salt.length));
    for (let i = 0; i < iterations; i++) {
      input.set(digest);
      input.set(salt, NSEC3_HASH_LENGTH);
      digest = this.#crypto.digest('sha1', input.subarray(0, NSEC3_HASH_LENGTH + salt.length));
    }
    return digest;
  }
}

const hashText = new ByteBuffer(NSEC3_LABEL_LENGTH);

/** The owner name of an NSEC3 record in wire form: the hash in base32hex (lower case, as canonical form wants it) below the zone's name. */
export function nsec3Owner(hash: Uint8Array, origin: Uint8Array): Uint8Array {
  const text = hashText;
  text.clear();
  printBase32hex(hash, 0, hash.length, text);
  const owner = new Uint8Array(1 + text.length + origin.length);
  owner[0] = text.length;
  for (let i = 0; i < text.length; i++) owner[i + 1] = LOWER_CASE[text.bytes[i]!]!;
  owner.set(origin, 1 + text.length);
  return owner;
}
