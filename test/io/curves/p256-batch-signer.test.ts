import { describe, expect, test } from '@jest/globals';
import { p256 } from '@noble/curves/nist.js';
import fc from 'fast-check';
import { createHash, createHmac, generateKeyPairSync, randomBytes, verify } from 'node:crypto';
import { LIMB_BITS, LIMBS } from '../../../src/io/crypto/curves/field-code.ts';
import { P256 } from '../../../src/io/crypto/curves/p256.ts';
import { p256BatchSigner, type SigningPrimitives } from '../../../src/io/crypto/curves/p256-batch-signer.ts';

const RADIX = 1n << BigInt(LIMBS * LIMB_BITS);
const octetsOf = (integer: bigint, length = 32): Buffer =>
  Buffer.from(integer.toString(16).padStart(2 * length, '0'), 'hex');
const integerOf = (octets: Uint8Array): bigint => BigInt(`0x${Buffer.from(octets).toString('hex')}`);
const sha256 = (data: Uint8Array): Buffer => createHash('sha256').update(data).digest();

const primitives: Omit<SigningPrimitives, 'verify'> = {
  sha256,
  expand: (input, outputLength) => createHash('shake256', { outputLength }).update(input).digest(),
  randomBytes,
};

function newKey() {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    secret: Buffer.from(privateKey.export({ format: 'jwk' }).d!, 'base64url'),
    verify: (data: Uint8Array, signature: Uint8Array): boolean =>
      verify('sha256', data, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature),
  };
}

function keyOf(secret: bigint) {
  const publicKey = p256.getPublicKey(octetsOf(secret));
  return {
    secret: octetsOf(secret),
    verify: (data: Uint8Array, signature: Uint8Array): boolean =>
      p256.verify(signature, data, publicKey, { lowS: false }),
  };
}

function messages(count: number): Buffer[] {
  return Array.from({ length: count }, (_, i) => Buffer.from(`message ${i} `.repeat((i % 9) + 1)));
}

function signAll(
  key: { readonly secret: Uint8Array; verify: (data: Uint8Array, signature: Uint8Array) => boolean },
  data: readonly Uint8Array[],
  changes: Partial<SigningPrimitives> = {},
): Uint8Array[] {
  const signer = p256BatchSigner(key.secret, { ...primitives, verify: key.verify, ...changes })!;
  for (const one of data) signer.add(one);
  const signatures = signer.finish();
  expect(signatures).toHaveLength(data.length * 64);
  return data.map((_, i) => signatures.slice(i * 64, (i + 1) * 64));
}

/** Octets that become just these nonces. */
function expandTo(nonces: readonly bigint[]): SigningPrimitives['expand'] {
  return (_, length) => {
    expect(length).toBe(nonces.length * 64);
    const wide = nonces.map((nonce) => octetsOf((nonce * RADIX) % P256.order, 64));
    return Buffer.concat(wide);
  };
}

describe('OpenSSL verifies', () => {
  test.each([1, 2, 3, 4, 5, 511, 512, 513, 1100])('all of %i signatures', (count) => {
    const key = newKey();
    const data = messages(count);
    const signatures = signAll(key, data);
    expect(data.every((one, i) => key.verify(one, signatures[i]!))).toBe(true);
  });

  test.each([
    ['one', 1n],
    ['two', 2n],
    ['the greatest', P256.order - 1n],
    ['half of the order', P256.order >> 1n],
    ['leading zeros', 0xabcdefn],
  ])('those of the private key %s', (_, secret) => {
    const key = keyOf(secret);
    const data = messages(9);
    const signatures = signAll(key, data);
    expect(data.every((one, i) => key.verify(one, signatures[i]!))).toBe(true);
  });

  test('those of one batch after another', () => {
    const key = newKey();
    const signer = p256BatchSigner(key.secret, { ...primitives, verify: key.verify })!;
    expect(signer.finish()).toEqual(new Uint8Array());
    for (const data of messages(5)) {
      signer.add(data);
      expect(key.verify(data, signer.finish())).toBe(true);
    }
  });
});

/** RFC 6979 appendix A.2.5: what nonce gives what signature. */
const RFC_6979 = {
  secret: 0xc9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721n,
  cases: [
    {
      message: 'sample',
      nonce: 0xa6e3c57dd01abe90086538398355dd4c3b17aa873382b0f24d6129493d8aad60n,
      signature:
        'efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8',
    },
    {
      message: 'test',
      nonce: 0xd16b6ae827f17175e040871a1c7ec3500192c4c92677336ec2537acaee0008e0n,
      signature:
        'f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083',
    },
  ],
};

describe('a nonce and what follows from it', () => {
  test('the vectors of RFC 6979', () => {
    const { secret, cases } = RFC_6979;
    const data = cases.map(({ message }) => Buffer.from(message));
    const signatures = signAll(keyOf(secret), data, { expand: expandTo(cases.map(({ nonce }) => nonce)) });
    expect(signatures.map((signature) => Buffer.from(signature).toString('hex'))).toEqual(
      cases.map(({ signature }) => signature),
    );
  });

  test('any nonce, also one at an edge, gives the signature that another implementation computes', () => {
    const edge = fc.constantFrom(
      1n,
      2n,
      3n,
      63n,
      64n,
      65n,
      P256.order - 1n,
      P256.order - 2n,
      P256.order >> 1n,
    );
    const power = fc.integer({ min: 0, max: 255 }).map((bit) => 1n << BigInt(bit));
    const scalar = fc.bigInt(1n, P256.order - 1n);
    const secret = 0x1234_5678_9abc_def0n ** 3n % P256.order;
    const data = Buffer.from('data');
    const digest = integerOf(sha256(data));
    fc.assert(
      fc.property(fc.array(fc.oneof(edge, power, scalar), { minLength: 1, maxLength: 40 }), (nonces) => {
        const signatures = signAll(
          keyOf(secret),
          nonces.map(() => data),
          { expand: expandTo(nonces) },
        );
        const expected = nonces.map((nonce) => {
          const r = p256.Point.BASE.multiply(nonce).toAffine().x % P256.order;
          const s = (p256.Point.Fn.inv(nonce) * ((digest + r * secret) % P256.order)) % P256.order;
          return Buffer.concat([octetsOf(r), octetsOf(s)]);
        });
        expect(signatures.map((one) => Buffer.from(one))).toEqual(expected);
      }),
      { numRuns: 12 },
    );
  });

  test('each hangs on randomness, the key and every digest of the batch', () => {
    const seeds: string[] = [];
    const inputs: SigningPrimitives['expand'] = (input, length) => {
      seeds.push(createHmac('sha256', 'seed').update(input).digest('hex'));
      return primitives.expand(input, length);
    };
    const still = { expand: inputs, randomBytes: (length: number) => Buffer.alloc(length) };
    const data = messages(3);
    const changed = [...data.slice(0, 2), Buffer.from('another')];
    const [key, other] = [newKey(), newKey()];
    const first = signAll(key, data, still);
    const again = signAll(key, data, still);
    const ofChanged = signAll(key, changed, still);
    signAll(other, data, still);
    signAll(key, data, { expand: inputs });
    // A generator that stands still repeats a signature over the same data, and shares no nonce between different data.
    expect(again).toEqual(first);
    const nonces = new Set(
      [...first, ...ofChanged].map((one) => Buffer.from(one.slice(0, 32)).toString('hex')),
    );
    expect(nonces.size).toBe(6);
    expect(seeds[1]).toBe(seeds[0]);
    expect(new Set(seeds).size).toBe(4);
  });

  test('they are spread over the whole range', () => {
    // r follows from the nonce; the highest bit of both halves is set in about half of all.
    const signatures = signAll(newKey(), messages(1024));
    for (const at of [0, 32]) {
      const high = signatures.filter((signature) => signature[at]! >= 0x80).length;
      expect(high).toBeGreaterThan(400);
      expect(high).toBeLessThan(624);
    }
    expect(new Set(signatures.map((one) => Buffer.from(one.slice(0, 32)).toString('hex'))).size).toBe(1024);
  });
});

describe('nothing leaves that is wrong', () => {
  const wrong = { code: 'sign/arithmetic' };
  const attempt = (changes: Partial<SigningPrimitives>) => () => signAll(newKey(), messages(4), changes);
  const thrown = (run: () => unknown): unknown => {
    try {
      run();
    } catch (error) {
      return error;
    }
    return undefined;
  };

  test.each<[string, Partial<SigningPrimitives>]>([
    ['OpenSSL does not verify it', { verify: () => false }],
    ['a nonce is zero', { expand: expandTo([5n, 0n, 7n, 8n]) }],
    ['all nonces are zero', { expand: (_, length) => Buffer.alloc(length) }],
  ])('where %s', (_, changes) => {
    expect(thrown(attempt(changes))).toMatchObject(wrong);
  });
});
