/** Octets of a digest. */
export const SHA1_LENGTH = 20;
/** Octets of a block, and of the padding at the least: a one bit and the length in bits. */
const BLOCK = 64;
const LEAST_PADDING = 9;

/**
 * SHA-1 (FIPS 180-4 section 6.1) of messages of a few blocks, such as names: a call of OpenSSL takes several times as long as a block.
 * @param capacity octets of the longest message
 */
export class Sha1 {
  /** Where the message is put. What stands behind it is overwritten. */
  readonly message: Uint8Array;
  readonly #words = new Int32Array(80);
  readonly #state = new Int32Array(5);

  constructor(capacity: number) {
    this.message = new Uint8Array(capacity + LEAST_PADDING + BLOCK);
  }

  /** The digest of the first `length` octets of `message`. */
  digest(length: number): Uint8Array {
    const state = this.#state;
    [state[0], state[1], state[2], state[3], state[4]] = [
      0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0,
    ];
    const end = this.#pad(length);
    for (let block = 0; block < end; block += BLOCK) this.#addBlock(block);
    const digest = new Uint8Array(SHA1_LENGTH);
    for (let i = 0; i < SHA1_LENGTH; i++) digest[i] = state[i >> 2]! >>> (24 - 8 * (i & 3));
    return digest;
  }

  /** Returns where the padding ends. */
  #pad(length: number): number {
    const { message } = this;
    const end = Math.ceil((length + LEAST_PADDING) / BLOCK) * BLOCK;
    message.fill(0, length, end);
    message[length] = 0x80;
    const bits = length * 8;
    for (let i = 1; i <= 4; i++) message[end - i] = bits >>> (8 * (i - 1));
    return end;
  }

  #addBlock(start: number): void {
    const words = this.#words;
    const { message } = this;
    for (let t = 0, at = start; t < 16; t++, at += 4)
      words[t] = (message[at]! << 24) | (message[at + 1]! << 16) | (message[at + 2]! << 8) | message[at + 3]!;
    for (let t = 16; t < 80; t++) {
      const mixed = words[t - 3]! ^ words[t - 8]! ^ words[t - 14]! ^ words[t - 16]!;
      words[t] = (mixed << 1) | (mixed >>> 31);
    }
    const state = this.#state;
    let a = state[0]!;
    let b = state[1]!;
    let c = state[2]!;
    let d = state[3]!;
    let e = state[4]!;
    for (let t = 0; t < 80; t++) {
      const round =
        t < 20
          ? ((b & c) | (~b & d)) + 0x5a827999
          : t < 40
            ? (b ^ c ^ d) + 0x6ed9eba1
            : t < 60
              ? ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
              : (b ^ c ^ d) + 0xca62c1d6;
      const next = (((a << 5) | (a >>> 27)) + round + e + words[t]!) | 0;
      e = d;
      d = c;
      c = (b << 30) | (b >>> 2);
      b = a;
      a = next;
    }
    state[0] = (state[0]! + a) | 0;
    state[1] = (state[1]! + b) | 0;
    state[2] = (state[2]! + c) | 0;
    state[3] = (state[3]! + d) | 0;
    state[4] = (state[4]! + e) | 0;
  }
}
