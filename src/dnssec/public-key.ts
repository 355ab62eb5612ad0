import { fromBase64, toBase64 } from '../dns/encoding.ts';
import { inputError } from '../errors.ts';
import { ALGORITHMS, type UsableAlgorithm } from './algorithms.ts';

/** A public key as a JSON Web Key (RFC 7518 section 6, RFC 8037 section 2). */
export type PublicJwk =
  | { readonly kty: 'RSA'; readonly n: string; readonly e: string }
  | { readonly kty: 'EC'; readonly crv: 'P-256' | 'P-384'; readonly x: string; readonly y: string }
  | { readonly kty: 'OKP'; readonly crv: 'Ed25519' | 'Ed448'; readonly x: string };

/** The secret members that make a public JWK a private one. */
export type PrivateJwk =
  | (Extract<PublicJwk, { kty: 'RSA' }> & Readonly<Record<'d' | 'p' | 'q' | 'dp' | 'dq' | 'qi', string>>)
  | (Extract<PublicJwk, { kty: 'EC' }> & { readonly d: string })
  | (Extract<PublicJwk, { kty: 'OKP' }> & { readonly d: string });

/** Octets in base64url without padding, as JWK members have them (RFC 7515 section 2). */
export function toBase64url(bytes: Uint8Array): string {
  return toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** The octets of base64url text, with or without padding. */
export function fromBase64url(text: string): Uint8Array {
  const digits = text.replaceAll('-', '+').replaceAll('_', '/').replaceAll('=', '');
  return fromBase64(digits.padEnd(Math.ceil(digits.length / 4) * 4, '='));
}

/** The two integers of an RSA Public Key field (RFC 3110 section 2), big-endian without leading zeros. */
export interface RsaPublicKey {
  readonly exponent: Uint8Array;
  readonly modulus: Uint8Array;
}

/** Takes an RSA Public Key field apart; undefined where the exponent or the modulus is missing. */
export function readRsaPublicKey(publicKey: Uint8Array): RsaPublicKey | undefined {
  const long = publicKey[0] === 0;
  const start = long ? 3 : 1;
  const length = long ? ((publicKey[1] ?? 0) << 8) | (publicKey[2] ?? 0) : (publicKey[0] ?? 0);
  const exponent = withoutLeadingZeros(publicKey.subarray(start, start + length));
  const modulus = withoutLeadingZeros(publicKey.subarray(start + length));
  return exponent.length === 0 || modulus.length === 0 ? undefined : { exponent, modulus };
}

/** Puts an RSA Public Key field together. */
export function writeRsaPublicKey({ exponent, modulus }: RsaPublicKey): Uint8Array {
  const e = withoutLeadingZeros(exponent);
  const n = withoutLeadingZeros(modulus);
  const prefix = e.length < 256 ? [e.length] : [0, e.length >> 8, e.length & 255];
  return Uint8Array.of(...prefix, ...e, ...n);
}

/** An exponent of 3: 1 and even ones make no key. Careless validators take forged signatures for those of such a key (CVE-2006-4339). */
export const SMALLEST_EXPONENT_BITS = 2;
/** BIND does not verify with a longer exponent. */
export const LARGEST_EXPONENT_BITS = 35;

/** Significant bits of the exponent in an RSA Public Key field; 0 where there is none. */
export function exponentSize(publicKey: Uint8Array): number {
  return bitLength(readRsaPublicKey(publicKey)?.exponent ?? new Uint8Array());
}

/** Significant bits of a big-endian integer without leading zeros. */
export function bitLength(integer: Uint8Array): number {
  return integer.length === 0 ? 0 : integer.length * 8 - Math.clz32(integer[0]!) + 24;
}

/** The size of a key in bits: of the modulus for RSA, of the field for the others. */
export function keySize(algorithm: UsableAlgorithm, publicKey: Uint8Array): number {
  switch (algorithm.kind) {
    case 'rsa':
      return bitLength(readRsaPublicKey(publicKey)?.modulus ?? new Uint8Array());
    case 'ecdsa':
      return algorithm.publicKeyLength * 4;
    case 'eddsa':
      return algorithm.curve === 'Ed25519' ? 256 : 456;
  }
}

/** Octets of the Signature field that a key makes. */
export function signatureLength(algorithm: UsableAlgorithm, publicKey: Uint8Array): number {
  return algorithm.kind === 'rsa' ? Math.ceil(keySize(algorithm, publicKey) / 8) : algorithm.signatureLength;
}

/** What is wrong with the form of a Public Key field, in words; undefined where nothing is. */
export function publicKeyProblem(algorithm: UsableAlgorithm, publicKey: Uint8Array): string | undefined {
  if (algorithm.kind !== 'rsa') {
    if (publicKey.length === algorithm.publicKeyLength) return undefined;
    return `${algorithm.mnemonic} public keys have ${algorithm.publicKeyLength} octets, not ${publicKey.length}`;
  }
  const rsa = readRsaPublicKey(publicKey);
  if (rsa === undefined) return 'the exponent or the modulus of the RSA key is missing (RFC 3110 section 2)';
  const bits = bitLength(rsa.modulus);
  if (bits < algorithm.minimumBits || bits > algorithm.maximumBits) {
    return `${algorithm.mnemonic} keys have ${algorithm.minimumBits} to ${algorithm.maximumBits} bits, not ${bits}`;
  }
  if ((rsa.exponent.at(-1)! & 1) === 0 || (rsa.modulus.at(-1)! & 1) === 0) {
    return 'the exponent or the modulus of the RSA key is even';
  }
  return undefined;
}

/** A Public Key field as a JWK; undefined where it is malformed. */
export function jwkFromPublicKey(algorithm: UsableAlgorithm, publicKey: Uint8Array): PublicJwk | undefined {
  if (publicKeyProblem(algorithm, publicKey) !== undefined) return undefined;
  switch (algorithm.kind) {
    case 'rsa': {
      const { exponent, modulus } = readRsaPublicKey(publicKey)!;
      return { kty: 'RSA', n: toBase64url(modulus), e: toBase64url(exponent) };
    }
    case 'ecdsa': {
      const half = algorithm.publicKeyLength / 2;
      const x = toBase64url(publicKey.subarray(0, half));
      return { kty: 'EC', crv: algorithm.curve, x, y: toBase64url(publicKey.subarray(half)) };
    }
    case 'eddsa':
      return { kty: 'OKP', crv: algorithm.curve, x: toBase64url(publicKey) };
  }
}

/** The Public Key field of a JWK, whose private members are passed over. */
export function publicKeyFromJwk(algorithm: UsableAlgorithm, jwk: PublicJwk): Uint8Array {
  if (jwk.kty === 'RSA' && algorithm.kind === 'rsa') {
    return writeRsaPublicKey({ exponent: fromBase64url(jwk.e), modulus: fromBase64url(jwk.n) });
  }
  if (jwk.kty === 'EC' && algorithm.kind === 'ecdsa' && jwk.crv === algorithm.curve) {
    return Uint8Array.of(...fromBase64url(jwk.x), ...fromBase64url(jwk.y));
  }
  if (jwk.kty === 'OKP' && algorithm.kind === 'eddsa' && jwk.crv === algorithm.curve) {
    return fromBase64url(jwk.x);
  }
  throw inputError('key/wrong-type', `the JWK is no ${algorithm.mnemonic} key`);
}

/** The algorithms whose keys have the form of this JWK, those for new keys first: none for a curve that DNSSEC has not. */
export function algorithmsOfJwk(jwk: PublicJwk): UsableAlgorithm[] {
  const usable = ALGORITHMS.filter((algorithm) => algorithm.kind !== 'refused');
  const fitting = usable.filter((algorithm) =>
    jwk.kty === 'RSA'
      ? algorithm.kind === 'rsa'
      : algorithm.kind !== 'rsa' &&
        algorithm.curve === jwk.crv &&
        (algorithm.kind === 'ecdsa') === (jwk.kty === 'EC'),
  );
  return fitting.sort((a, b) => Number(a.status === 'deprecated') - Number(b.status === 'deprecated'));
}

/** Whether a JWK has this public key. */
export function isSameKey(algorithm: UsableAlgorithm, jwk: PublicJwk, publicKey: Uint8Array): boolean {
  const expected = jwkFromPublicKey(algorithm, publicKey);
  if (expected === undefined) return false;
  const found: Readonly<Record<string, unknown>> = { ...jwk };
  return Object.entries(expected).every(([member, value]) => found[member] === value);
}

function withoutLeadingZeros(integer: Uint8Array): Uint8Array {
  let start = 0;
  while (integer[start] === 0) start++;
  return integer.subarray(start);
}
