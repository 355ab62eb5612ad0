import { p256, p384 } from '@noble/curves/nist.js';
import type { Signer } from '../../dnssec/crypto.ts';
import { fromBase64url, type PrivateJwk } from '../../dnssec/public-key.ts';

const CURVES = { 'P-256': p256, 'P-384': p384 } as const;

/**
 * ECDSA with the nonce of RFC 6979: the same key and data give the same signature. Each curve comes with the digest that DNSSEC pairs
 * with it.
 */
export function deterministicEcdsaSigner(jwk: Extract<PrivateJwk, { kty: 'EC' }>): Signer {
  const curve = CURVES[jwk.crv];
  const secret = fromBase64url(jwk.d);
  // The greater s is as good in DNSSEC, and RFC 6979 has it in its vectors.
  return { sign: (data) => curve.sign(data, secret, { lowS: false }) };
}
