import { createPrivateKey, type KeyObject, type webcrypto } from 'node:crypto';
import { Crypto as WebCrypto } from '@peculiar/webcrypto';
import { Integer, ObjectIdentifier, OctetString, Sequence } from 'asn1js';
import { usableAlgorithm, type UsableAlgorithm } from '../../dnssec/algorithms.ts';
import type { GeneratedKey } from '../../dnssec/crypto.ts';
import { algorithmsOfJwk, publicKeyFromJwk, type PrivateJwk } from '../../dnssec/public-key.ts';
import { inputError, internalError } from '../../errors.ts';

/** 65537, the exponent that everybody uses. */
const PUBLIC_EXPONENT = Uint8Array.of(1, 0, 1);
const EC_PUBLIC_KEY = '1.2.840.10045.2.1';
/** RFC 5480 section 2.1.1.1 and RFC 8410 section 3. */
const CURVE_IDENTIFIERS = {
  'P-256': '1.2.840.10045.3.1.7',
  'P-384': '1.3.132.0.34',
  Ed25519: '1.3.101.112',
  Ed448: '1.3.101.113',
} as const;

const { subtle } = new WebCrypto() as webcrypto.Crypto;

/** What WebCrypto wants to know of a key, beside the size of a new RSA key. */
function keyParameters(
  algorithm: UsableAlgorithm,
): webcrypto.RsaHashedImportParams | webcrypto.EcKeyImportParams {
  switch (algorithm.kind) {
    case 'rsa':
      return { name: 'RSASSA-PKCS1-v1_5', hash: `SHA-${algorithm.digest.slice(3)}` };
    case 'ecdsa':
      return { name: 'ECDSA', namedCurve: algorithm.curve };
    case 'eddsa':
      return { name: 'EdDSA', namedCurve: algorithm.curve };
  }
}

/** Makes a key pair through the WebCrypto interface. */
export async function generateKey(number: number, bits = 2048): Promise<GeneratedKey> {
  const algorithm = softwareAlgorithm(number);
  const parameters = { ...keyParameters(algorithm), modulusLength: bits, publicExponent: PUBLIC_EXPONENT };
  const { privateKey } = await subtle.generateKey(parameters, true, ['sign', 'verify']);
  const jwk = await jwkOf(privateKey);
  return {
    publicKey: publicKeyFromJwk(algorithm, jwk),
    privateKey: { kind: 'software', algorithm: number, jwk },
  };
}

/** See `Crypto.readPrivateKey`. */
export async function readPrivateKey(der: Uint8Array): Promise<PrivateJwk | undefined> {
  for (const type of ['pkcs8', 'sec1', 'pkcs1'] as const) {
    const jwk = jwkOfDer(der, type);
    const [algorithm] = jwk === undefined ? [] : algorithmsOfJwk(jwk);
    if (jwk !== undefined && algorithm !== undefined) return jwkOf(await importJwk(jwk, algorithm));
  }
  return undefined;
}

/** OpenSSL reads what WebCrypto does not, and its words about a secret go no further. */
function jwkOfDer(der: Uint8Array, type: 'pkcs8' | 'sec1' | 'pkcs1'): PrivateJwk | undefined {
  try {
    const key = createPrivateKey({ key: Buffer.from(der), format: 'der', type });
    return key.export({ format: 'jwk' }) as PrivateJwk;
  } catch {
    return undefined;
  }
}

/** See `Crypto.privateKeyOfSecret`. */
export async function privateKeyOfSecret(number: number, secret: Uint8Array): Promise<PrivateJwk> {
  const algorithm = softwareAlgorithm(number);
  if (algorithm.kind === 'rsa') throw internalError('key/algorithm', 'an RSA key is more than one secret');
  const octets = new OctetString({ valueHex: Uint8Array.from(secret) });
  const curve = new ObjectIdentifier({ value: CURVE_IDENTIFIERS[algorithm.curve] });
  const isEc = algorithm.kind === 'ecdsa';
  // RFC 5915 section 3 without the public key, which OpenSSL makes; RFC 8410 section 7.
  const inner = isEc ? new Sequence({ value: [new Integer({ value: 1 }), octets] }) : octets;
  const identifiers = isEc ? [new ObjectIdentifier({ value: EC_PUBLIC_KEY }), curve] : [curve];
  const der = new Sequence({
    value: [
      new Integer({ value: 0 }),
      new Sequence({ value: identifiers }),
      new OctetString({ valueHex: inner.toBER() }),
    ],
  }).toBER();
  const jwk = await readPrivateKey(new Uint8Array(der));
  if (jwk !== undefined) return jwk;
  throw inputError('key/damaged', `the private value is none of an ${algorithm.mnemonic} key`);
}

/** See `Crypto.writePrivateKey`. */
export async function writePrivateKey(jwk: PrivateJwk): Promise<Uint8Array> {
  const [algorithm] = algorithmsOfJwk(jwk);
  if (algorithm === undefined) throw internalError('key/algorithm', 'the key is of no algorithm of DNSSEC');
  const key = await importJwk(jwk, algorithm);
  return new Uint8Array(await subtle.exportKey('pkcs8', key));
}

async function importJwk(jwk: PrivateJwk, algorithm: UsableAlgorithm): Promise<webcrypto.CryptoKey> {
  return subtle.importKey('jwk', { ...jwk }, keyParameters(algorithm), true, ['sign']);
}

/** The library's own JWKs lack the public part of Ed keys; PKCS #8 has everything. */
async function jwkOf(key: webcrypto.CryptoKey): Promise<PrivateJwk> {
  const pkcs8 = Buffer.from(await subtle.exportKey('pkcs8', key));
  const object: KeyObject = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  return object.export({ format: 'jwk' }) as PrivateJwk;
}

function softwareAlgorithm(number: number): UsableAlgorithm {
  const algorithm = usableAlgorithm(number);
  if (algorithm !== undefined) return algorithm;
  throw internalError('key/algorithm', `algorithm ${number} has no software keys`);
}
