import { describe, expect, test } from '@jest/globals';
import { usableAlgorithm } from '../../src/dnssec/algorithms.ts';
import {
  bitLength,
  fromBase64url,
  jwkFromPublicKey,
  keySize,
  publicKeyFromJwk,
  publicKeyProblem,
  readRsaPublicKey,
  signatureLength,
  toBase64url,
  writeRsaPublicKey,
} from '../../src/dnssec/public-key.ts';

const RSA = usableAlgorithm(8)!;
const P256 = usableAlgorithm(13)!;
const ED448 = usableAlgorithm(16)!;

function rsaKey(bits: number, exponent = Uint8Array.of(1, 0, 1)): Uint8Array {
  const modulus = new Uint8Array(bits / 8).fill(0xff);
  return writeRsaPublicKey({ exponent, modulus });
}

describe('RSA public keys (RFC 3110)', () => {
  test('have a short or a long form of the exponent length', () => {
    const modulus = Uint8Array.of(0x81, 1);
    const short = Uint8Array.of(3, 1, 0, 1, 0x81, 1);
    expect(writeRsaPublicKey({ exponent: Uint8Array.of(1, 0, 1), modulus })).toEqual(short);
    expect(readRsaPublicKey(short)).toEqual({ exponent: Uint8Array.of(1, 0, 1), modulus });
    expect(readRsaPublicKey(Uint8Array.of(0, 0, 3, 1, 0, 1, 0x81, 1))).toEqual(readRsaPublicKey(short));

    const exponent = new Uint8Array(256).fill(3);
    const long = writeRsaPublicKey({ exponent, modulus });
    expect([...long.subarray(0, 3)]).toEqual([0, 1, 0]);
    expect(readRsaPublicKey(long)).toEqual({ exponent, modulus });
  });

  test('are written without leading zeros', () => {
    const key = writeRsaPublicKey({ exponent: Uint8Array.of(0, 3), modulus: Uint8Array.of(0, 0x81) });
    expect(key).toEqual(Uint8Array.of(1, 3, 0x81));
  });

  test.each([[[]], [[0]], [[0, 0, 1]], [[3, 1, 0, 1]], [[1, 0, 5]], [[5, 1, 1]]])(
    '%j is malformed',
    (octets) => {
      expect(readRsaPublicKey(Uint8Array.from(octets))).toBeUndefined();
      expect(publicKeyProblem(RSA, Uint8Array.from(octets))).toMatch(/missing/);
    },
  );

  test('are measured by their modulus', () => {
    expect(keySize(RSA, rsaKey(2048))).toBe(2048);
    expect(signatureLength(RSA, rsaKey(2048))).toBe(256);
    expect(publicKeyProblem(RSA, rsaKey(2048))).toBeUndefined();
    expect(publicKeyProblem(RSA, rsaKey(504))).toMatch(/512 to 4096 bits, not 504/);
    expect(publicKeyProblem(usableAlgorithm(10)!, rsaKey(1016))).toMatch(/1024 to 4096/);
    expect(publicKeyProblem(RSA, rsaKey(2048, Uint8Array.of(2)))).toMatch(/even/);
    expect(bitLength(Uint8Array.of(1, 0))).toBe(9);
    expect(bitLength(new Uint8Array())).toBe(0);
  });
});

describe('public keys of elliptic curves', () => {
  test('have one length', () => {
    expect(publicKeyProblem(P256, new Uint8Array(64))).toBeUndefined();
    expect(publicKeyProblem(P256, new Uint8Array(63))).toMatch(/64 octets, not 63/);
    expect(keySize(P256, new Uint8Array(64))).toBe(256);
    expect(keySize(ED448, new Uint8Array(57))).toBe(456);
    expect(signatureLength(ED448, new Uint8Array(57))).toBe(114);
  });
});

describe('JWK', () => {
  test.each([8, 13, 14, 15, 16])(
    'the Public Key field of algorithm %i goes through a JWK unchanged',
    (number) => {
      const algorithm = usableAlgorithm(number)!;
      const key = algorithm.kind === 'rsa' ? rsaKey(1024) : new Uint8Array(algorithm.publicKeyLength).fill(7);
      expect(publicKeyFromJwk(algorithm, jwkFromPublicKey(algorithm, key)!)).toEqual(key);
    },
  );

  test('of another type is refused', () => {
    const jwk = jwkFromPublicKey(P256, new Uint8Array(64))!;
    for (const other of [8, 14, 15]) {
      expect(() => publicKeyFromJwk(usableAlgorithm(other)!, jwk)).toThrow(/no .* key/);
    }
  });

  test('base64url is read with and without padding', () => {
    expect(toBase64url(Uint8Array.of(0xfb, 0xff))).toBe('-_8');
    expect(fromBase64url('-_8')).toEqual(Uint8Array.of(0xfb, 0xff));
    expect(fromBase64url('-_8=')).toEqual(Uint8Array.of(0xfb, 0xff));
  });
});
