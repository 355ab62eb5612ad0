import crypto from 'node:crypto';
import type { EcdsaAlgorithm } from '../../dnssec/algorithms.ts';
import type { Crypto, Signer } from '../../dnssec/crypto.ts';
import { fromBase64url, type PrivateJwk } from '../../dnssec/public-key.ts';

interface Curve {
  /** The name that OpenSSL has for it. */
  readonly openssl: string;
  /** The order of the base point. Its length is that of the digest that DNSSEC pairs with the curve, so nothing is truncated. */
  readonly order: bigint;
}

const CURVES: Readonly<Record<EcdsaAlgorithm['curve'], Curve>> = {
  'P-256': {
    openssl: 'prime256v1',
    order: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  },
  'P-384': {
    openssl: 'secp384r1',
    order:
      0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
  },
};

/**
 * ECDSA with the nonce of RFC 6979: the same key and data give the same signature.
 *
 * OpenSSL multiplies the point; the rest is bigint arithmetic, whose running time depends on its operands. Made for
 * reproducible runs on one's own machine, not for signing whatever strangers send.
 */
export function deterministicEcdsaSigner(
  { curve, digest: hash, signatureLength }: EcdsaAlgorithm,
  jwk: Extract<PrivateJwk, { kty: 'EC' }>,
  digest: Crypto['digest'],
): Signer {
  const { openssl, order } = CURVES[curve];
  const length = signatureLength / 2;
  const secret = fromBase64url(jwk.d);
  const secretInteger = toInteger(secret);
  const base = crypto.createECDH(openssl);
  const mac = (key: Uint8Array, ...parts: Uint8Array[]): Uint8Array => {
    const hmac = crypto.createHmac(hash, key);
    for (const part of parts) hmac.update(part);
    return hmac.digest();
  };

  return {
    sign(data) {
      const message = toInteger(digest(hash, data)) % order;
      const seed = [toOctets(secretInteger, length), toOctets(message, length)];
      // RFC 6979 section 3.2, steps b to g.
      let v: Uint8Array = new Uint8Array(length).fill(1);
      let k: Uint8Array = new Uint8Array(length);
      k = mac(k, v, Uint8Array.of(0), ...seed);
      v = mac(k, v);
      k = mac(k, v, Uint8Array.of(1), ...seed);
      v = mac(k, v);
      for (;;) {
        v = mac(k, v);
        const nonce = toInteger(v);
        if (nonce > 0n && nonce < order) {
          base.setPrivateKey(v);
          const r = toInteger(base.getPublicKey().subarray(1, 1 + length)) % order;
          const s = (invert(nonce, order) * ((message + r * secretInteger) % order)) % order;
          if (r !== 0n && s !== 0n) {
            const signature = new Uint8Array(signatureLength);
            signature.set(toOctets(r, length));
            signature.set(toOctets(s, length), length);
            return signature;
          }
        }
        k = mac(k, v, Uint8Array.of(0));
        v = mac(k, v);
      }
    },
  };
}

function toInteger(octets: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString('hex')}`);
}

function toOctets(integer: bigint, length: number): Uint8Array {
  return Buffer.from(integer.toString(16).padStart(length * 2, '0'), 'hex');
}

/** The inverse of `value` modulo the prime `modulus`, by the extended Euclidean algorithm. */
function invert(value: bigint, modulus: bigint): bigint {
  let [a, b] = [value, modulus];
  let [x, y] = [1n, 0n];
  while (b !== 0n) {
    const quotient = a / b;
    [a, b] = [b, a - quotient * b];
    [x, y] = [y, x - quotient * y];
  }
  return ((x % modulus) + modulus) % modulus;
}
