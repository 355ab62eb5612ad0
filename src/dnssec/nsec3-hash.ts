import { ByteBuffer } from '../dns/byte-buffer.ts';
import { printBase32hex } from '../dns/encoding.ts';
import { LOWER_CASE, MAX_NAME_LENGTH } from '../dns/name.ts';
import { SHA1_LENGTH, Sha1 } from './sha1.ts';

/** Octets of an NSEC3 hash, which is always SHA-1 (RFC 5155 section 11). */
export const NSEC3_HASH_LENGTH = SHA1_LENGTH;
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
  readonly #parameters: Nsec3Parameters;
  readonly #sha1: Sha1;

  constructor(parameters: Nsec3Parameters) {
    this.#parameters = parameters;
    this.#sha1 = new Sha1(MAX_NAME_LENGTH + parameters.salt.length);
  }

  /** The hash of the name in wire form at `bytes[start, end)`; letter case does not matter. */
  hash(bytes: Uint8Array, start = 0, end = bytes.length): Uint8Array {
    const { iterations } = this.#parameters;
    const { message } = this.#sha1;
    for (let i = start; i < end; i++) message[i - start] = LOWER_CASE[bytes[i]!]!;
    let hash = this.#salted(end - start);
    for (let i = 0; i < iterations; i++) {
      message.set(hash);
      hash = this.#salted(NSEC3_HASH_LENGTH);
    }
    return hash;
  }

  /** The digest of the first `length` octets of the message and the salt behind them. */
  #salted(length: number): Uint8Array {
    const { salt } = this.#parameters;
    this.#sha1.message.set(salt, length);
    return this.#sha1.digest(length + salt.length);
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
