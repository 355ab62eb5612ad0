import crypto, { type JsonWebKey, type KeyObject } from 'node:crypto';
import { usableAlgorithm, type EcdsaAlgorithm, type UsableAlgorithm } from '../../dnssec/algorithms.ts';
import type {
  BatchSigner,
  Crypto,
  DigestAlgorithm,
  GeneratedKey,
  IncrementalDigest,
  PrivateKeyMaterial,
  Signer,
  SignerOptions,
  SoftwareKey,
  Verifier,
} from '../../dnssec/crypto.ts';
import {
  fromBase64url,
  jwkFromPublicKey,
  signatureLength,
  type PrivateJwk,
} from '../../dnssec/public-key.ts';
import { inputError, internalError } from '../../errors.ts';
import { ecdsaSignatureFromDer } from './ecdsa-signature.ts';

const P256 = usableAlgorithm(13);
const ED25519 = usableAlgorithm(15);
const RESTORE = 'restore both files of the key from the same backup';

// `crypto.hash` skips the Hash object, but Node 20 has it only from 20.12 on.
const digest: Crypto['digest'] =
  typeof crypto.hash === 'function'
    ? (algorithm, data) => crypto.hash(algorithm, data, 'buffer')
    : (algorithm, data) => crypto.createHash(algorithm).update(data).digest();

/**
 * Software keys through Node's one-shot functions, the fastest way to OpenSSL.
 *
 * Making keys goes through the WebCrypto interface, whose library is loaded only then.
 */
export const nodeCrypto: Crypto = {
  digest,
  createDigest,
  importPublicKey,
  importPrivateKey,
  async generate(algorithm: number, bits: number | undefined): Promise<GeneratedKey> {
    const { generateKey } = await import('./web-crypto.ts');
    return generateKey(algorithm, bits);
  },
  readPrivateKey: async (der) => (await import('./web-crypto.ts')).readPrivateKey(der),
  privateKeyOfSecret: async (number, secret) =>
    (await import('./web-crypto.ts')).privateKeyOfSecret(number, secret),
  writePrivateKey: async (key) => (await import('./web-crypto.ts')).writePrivateKey(key),
  randomBytes: (length: number): Uint8Array => crypto.randomBytes(length),
};

function createDigest(algorithm: DigestAlgorithm): IncrementalDigest {
  const hash = crypto.createHash(algorithm);
  return {
    update: (data) => void hash.update(data),
    finish: () => hash.digest(),
  };
}

function importPublicKey(number: number, publicKey: Uint8Array): Verifier | undefined {
  const algorithm = usableAlgorithm(number);
  const jwk = algorithm && jwkFromPublicKey(algorithm, publicKey);
  if (algorithm === undefined || jwk === undefined) return undefined;
  let key: KeyObject;
  try {
    key = crypto.createPublicKey({ key: { ...jwk }, format: 'jwk' });
  } catch {
    return undefined;
  }
  const length = signatureLength(algorithm, publicKey);
  const hash = digestName(algorithm);
  const input = algorithm.kind === 'ecdsa' ? ({ key, dsaEncoding: 'ieee-p1363' } as const) : key;
  return {
    verify(data, signature) {
      if (signature.length !== length) return false;
      try {
        return crypto.verify(hash, data, input, signature);
      } catch {
        return false;
      }
    },
    ...(algorithm === P256 && {
      async batch() {
        const { p256BatchVerifier } = await import('./curves/p256-batch-verifier.ts');
        return p256BatchVerifier(publicKey, (data) => digest('sha256', data));
      },
    }),
  };
}

async function importPrivateKey(
  key: PrivateKeyMaterial,
  { deterministic = false }: SignerOptions = {},
): Promise<Signer> {
  if (key.kind === 'token') {
    throw internalError('key/token', 'a key of an HSM was given to the provider of software keys');
  }
  const signer = softwareSigner(key);
  if (!deterministic || key.jwk.kty !== 'EC') return signer;
  const { deterministicEcdsaSigner } = await import('./deterministic-ecdsa.ts');
  return deterministicEcdsaSigner(key.jwk);
}

/** The signer of a software key. Its ECDSA signatures are random. */
export function softwareSigner(material: SoftwareKey): Signer {
  const algorithm = usableAlgorithm(material.algorithm);
  if (algorithm === undefined) {
    throw internalError('key/algorithm', `algorithm ${material.algorithm} has no software keys`);
  }
  const key = privateKeyObject(algorithm, material);
  if (algorithm.kind === 'ecdsa') {
    const signer = ecdsaSigner(algorithm, key);
    return algorithm === P256 ? { ...signer, batch: () => p256Batches(key) } : signer;
  }
  const hash = digestName(algorithm);
  const signer = { sign: (data: Uint8Array): Uint8Array => crypto.sign(hash, data, key) };
  return algorithm === ED25519 ? { ...signer, batch: () => ed25519Batches(key) } : signer;
}

async function p256Batches(key: KeyObject): Promise<() => BatchSigner | undefined> {
  const { p256BatchSigner } = await import('./curves/p256-batch-signer.ts');
  const publicKey = { key: crypto.createPublicKey(key), dsaEncoding: 'ieee-p1363' } as const;
  const { d: secret = '' } = key.export({ format: 'jwk' });
  return () =>
    p256BatchSigner(fromBase64url(secret), {
      sha256: (data) => digest('sha256', data),
      expand: (input, outputLength) => crypto.createHash('shake256', { outputLength }).update(input).digest(),
      randomBytes: (length) => crypto.randomBytes(length),
      verify: (data, signature) => crypto.verify('sha256', data, publicKey, signature),
    });
}

async function ed25519Batches(key: KeyObject): Promise<() => BatchSigner | undefined> {
  const { ed25519BatchSigner } = await import('./curves/ed25519-batch-signer.ts');
  const publicKey = crypto.createPublicKey(key);
  const { d: seed = '', x = '' } = key.export({ format: 'jwk' });
  return () =>
    ed25519BatchSigner(fromBase64url(seed), fromBase64url(x), {
      sha512: (data) => digest('sha512', data),
      sign: (data) => crypto.sign(null, data, key),
      verify: (data, signature) => crypto.verify(null, data, publicKey, signature),
    });
}

function ecdsaSigner({ digest: hash, signatureLength: length }: EcdsaAlgorithm, key: KeyObject): Signer {
  // Asking OpenSSL for DER and converting here beats asking Node for r | s.
  return { sign: (data) => ecdsaSignatureFromDer(crypto.sign(hash, data, key), length) };
}

/** The key, tried once: OpenSSL takes an EC or Ed key whose two halves do not belong together as it is. */
function privateKeyObject(algorithm: UsableAlgorithm, { jwk, file }: SoftwareKey): KeyObject {
  const details = { hint: RESTORE, location: file === undefined ? undefined : { file } };
  const hash = digestName(algorithm);
  const probe = new Uint8Array(1);
  let belongs: boolean;
  let key: KeyObject;
  // OpenSSL's own words go no further: nothing about a secret belongs in a message.
  try {
    key = crypto.createPrivateKey({ key: { ...jwk }, format: 'jwk' });
    const publicKey = crypto.createPublicKey({ key: publicPartOf(jwk), format: 'jwk' });
    belongs = crypto.verify(hash, probe, publicKey, crypto.sign(hash, probe, key));
  } catch {
    throw inputError('key/damaged', 'the private key is damaged', details);
  }
  if (!belongs) {
    throw inputError('key/mismatch', 'the private key does not belong to its public key', details);
  }
  return key;
}

function publicPartOf(jwk: PrivateJwk): JsonWebKey {
  switch (jwk.kty) {
    case 'RSA':
      return { kty: jwk.kty, n: jwk.n, e: jwk.e };
    case 'EC':
      return { kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y };
    case 'OKP':
      return { kty: jwk.kty, crv: jwk.crv, x: jwk.x };
  }
}

/** The digest argument of Node's one-shot functions: null where the algorithm brings its own. */
function digestName(algorithm: UsableAlgorithm): DigestAlgorithm | null {
  return algorithm.kind === 'eddsa' ? null : algorithm.digest;
}
