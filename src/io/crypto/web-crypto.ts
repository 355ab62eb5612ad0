import { createPrivateKey, type webcrypto } from 'node:crypto';
import { Crypto as WebCrypto } from '@peculiar/webcrypto';
import { usableAlgorithm, type UsableAlgorithm } from '../../dnssec/algorithms.ts';
import type { GeneratedKey } from '../../dnssec/crypto.ts';
import { publicKeyFromJwk, type PrivateJwk } from '../../dnssec/public-key.ts';
import { internalError } from '../../errors.ts';

/** 65537, the exponent that everybody uses. */
const PUBLIC_EXPONENT = Uint8Array.of(1, 0, 1);

const { subtle } = new WebCrypto() as webcrypto.Crypto;

/** What WebCrypto wants to know to make a key. */
function generationParameters(
  algorithm: UsableAlgorithm,
  bits: number | undefined,
): webcrypto.RsaHashedKeyGenParams | webcrypto.EcKeyGenParams {
  switch (algorithm.kind) {
    case 'rsa':
      return {
        name: 'RSASSA-PKCS1-v1_5',
        hash: `SHA-${algorithm.digest.slice(3)}`,
        modulusLength: bits ?? 2048,
        publicExponent: PUBLIC_EXPONENT,
      };
    case 'ecdsa':
      return { name: 'ECDSA', namedCurve: algorithm.curve };
    case 'eddsa':
      return { name: 'EdDSA', namedCurve: algorithm.curve };
  }
}

/** Makes a key pair through the WebCrypto interface. */
export async function generateKey(number: number, bits: number | undefined): Promise<GeneratedKey> {
  const algorithm = usableAlgorithm(number);
  if (algorithm === undefined) {
    throw internalError('key/algorithm', `algorithm ${number} has no software keys`);
  }
  const { privateKey } = await subtle.generateKey(generationParameters(algorithm, bits), true, [
    'sign',
    'verify',
  ]);
  // The library's own JWKs lack the public part of Ed keys; PKCS#8 has everything.
  const pkcs8 = Buffer.from(await subtle.exportKey('pkcs8', privateKey));
  const jwk = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }).export({
    format: 'jwk',
  }) as PrivateJwk;
  return {
    publicKey: publicKeyFromJwk(algorithm, jwk),
    privateKey: { kind: 'software', algorithm: number, jwk },
  };
}
