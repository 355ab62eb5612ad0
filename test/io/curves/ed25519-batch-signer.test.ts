import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  createHash,
  generateKeyPairSync,
  createPrivateKey,
  createPublicKey,
  sign,
  verify,
} from 'node:crypto';
import { CURVE25519 } from '../../../src/io/crypto/curves/curve25519.ts';
import { limbsOf } from '../../../src/io/crypto/curves/field-code.ts';
import {
  ed25519BatchSigner,
  type Ed25519Primitives,
} from '../../../src/io/crypto/curves/ed25519-batch-signer.ts';

// A Buffer, whose slices share its memory, as those of Node's own digests do.
const sha512 = (data: Uint8Array): Buffer => createHash('sha512').update(data).digest();

function keyOf(seed: Uint8Array) {
  const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  const privateKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(privateKey);
  return {
    seed,
    publicKey: Buffer.from(publicKey.export({ format: 'jwk' }).x!, 'base64url'),
    sign: (data: Uint8Array): Buffer => sign(null, data, privateKey),
    verify: (data: Uint8Array, signature: Uint8Array): boolean => verify(null, data, publicKey, signature),
  };
}

function newKey() {
  const { privateKey } = generateKeyPairSync('ed25519');
  return keyOf(Buffer.from(privateKey.export({ format: 'jwk' }).d!, 'base64url'));
}

function signerOf(key: ReturnType<typeof keyOf>, changes: Partial<Ed25519Primitives> = {}) {
  const primitives = { sha512, sign: key.sign, verify: key.verify };
  return ed25519BatchSigner(key.seed, key.publicKey, { ...primitives, ...changes })!;
}

function signAll(key: ReturnType<typeof keyOf>, data: readonly Uint8Array[]): Buffer[] {
  const signer = signerOf(key);
  for (const one of data) signer.add(one);
  const signatures = Buffer.from(signer.finish());
  expect(signatures).toHaveLength(data.length * 64);
  return data.map((_, i) => signatures.subarray(i * 64, (i + 1) * 64));
}

describe('the signatures are those of OpenSSL, octet for octet', () => {
  test.each([1, 2, 3, 4, 5, 17, 511, 512, 513, 1100])('%i of a key', (count) => {
    const key = newKey();
    const data = Array.from({ length: count }, (_, i) => Buffer.from(`message ${i} `.repeat(i % 9)));
    expect(signAll(key, data)).toEqual(data.map((one) => key.sign(one)));
  });

  test('of any key over any data', () => {
    const seed = fc.uint8Array({ minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(
        seed,
        fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 20 }),
        (own, data) => {
          const key = keyOf(own);
          expect(signAll(key, data)).toEqual(data.map((one) => key.sign(one)));
        },
      ),
      { numRuns: 20 },
    );
  });

  test('of data that needs any number of blocks, side by side', () => {
    const key = newKey();
    // Two digests over 32 and 64 octets more: padding of 17 needs another block at different lengths.
    const lengths = [0, 46, 47, 48, 78, 79, 80, 81, 174, 175, 206, 207, 208, 302, 303, 1000, 5000];
    const data = lengths.flatMap((length) => lengths.flatMap((other) => [length, other]));
    expect(data.length).toBeGreaterThan(512);
    const messages = data.map((length, i) => Buffer.alloc(length, i));
    expect(signAll(key, messages)).toEqual(messages.map((one) => key.sign(one)));
  });

  test('of data that fills memory, and of data that does not fit', () => {
    const key = newKey();
    const data = [3, 229_000, 150_000, 150_000, 5, 229_376, 600_000, 600_000, 8, 9].map((length, i) =>
      Buffer.alloc(length, i),
    );
    expect(signAll(key, data)).toEqual(data.map((one) => key.sign(one)));
  });

  test('of one batch after another', () => {
    const key = newKey();
    const signer = signerOf(key);
    expect(signer.finish()).toEqual(new Uint8Array());
    for (let i = 0; i < 5; i++) {
      const data = Buffer.alloc(i, i);
      signer.add(data);
      expect(Buffer.from(signer.finish())).toEqual(key.sign(data));
    }
  });
});

/** RFC 8032 section 7.1. */
test.each([
  [
    '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    '',
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  ],
  [
    '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    '72',
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  ],
  [
    'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
    'af82',
    '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  ],
])('the vector of %s', (seed, data, signature) => {
  const [made] = signAll(keyOf(Buffer.from(seed, 'hex')), [Buffer.from(data, 'hex')]);
  expect(made!.toString('hex')).toBe(signature);
});

test('nothing leaves that OpenSSL does not verify', () => {
  const signer = signerOf(newKey(), { verify: () => false });
  signer.add(Buffer.from('data'));
  let thrown: unknown;
  try {
    signer.finish();
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toMatchObject({ code: 'sign/arithmetic' });
});

test('nothing of a nonce stays in memory', () => {
  const { WebAssembly: engine } = globalThis as unknown as {
    WebAssembly: { Memory: new (pages: object) => { buffer: ArrayBuffer } };
  };
  const { Memory } = engine;
  const buffers: ArrayBuffer[] = [];
  engine.Memory = class extends Memory {
    constructor(pages: object) {
      super(pages);
      buffers.push(this.buffer);
    }
  };
  const key = newKey();
  const prefix = sha512(key.seed).subarray(32);
  const data = [3, 140, 7].map((length, i) => Buffer.alloc(length, i + 1));
  const digests = data.map((one) => sha512(Buffer.concat([prefix, one])));
  const nonces = digests.map(
    (digest) => BigInt(`0x${Buffer.from(digest).reverse().toString('hex')}`) % CURVE25519.order,
  );
  const found = (octets: Uint8Array): boolean =>
    buffers.some((buffer) => Buffer.from(buffer).includes(Buffer.from(octets)));
  try {
    const signer = signerOf(key);
    for (const one of data) signer.add(one);
    expect(data.every(found)).toBe(true);
    signer.finish();
    expect(found(prefix)).toBe(true);
    expect(data.filter((one) => one.length > 100).some(found)).toBe(false);
    for (const digest of digests)
      for (const start of [0, 16, 32, 48]) expect(found(digest.subarray(start, start + 16))).toBe(false);
    for (const nonce of nonces)
      expect(found(Buffer.from(Int32Array.from(limbsOf(nonce).slice(0, 6), Number).buffer))).toBe(false);
  } finally {
    engine.Memory = Memory;
  }
});
