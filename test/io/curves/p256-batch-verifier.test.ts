import { describe, expect, test } from '@jest/globals';
import { p256 } from '@noble/curves/nist.js';
import { createHash, generateKeyPairSync, randomInt, sign, verify } from 'node:crypto';
import { p256BatchVerifier } from '../../../src/io/crypto/curves/p256-batch-verifier.ts';
import { P256 } from '../../../src/io/crypto/curves/p256.ts';

const sha256 = (data: Uint8Array): Uint8Array => createHash('sha256').update(data).digest();

function newKey() {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x, y, d } = privateKey.export({ format: 'jwk' });
  const octets = Buffer.concat([Buffer.from(x!, 'base64url'), Buffer.from(y!, 'base64url')]);
  const secret = BigInt(`0x${Buffer.from(d!, 'base64url').toString('hex')}`);
  const form = { dsaEncoding: 'ieee-p1363' } as const;
  return {
    octets,
    secret,
    sign: (data: Uint8Array): Uint8Array => sign('sha256', data, { key: privateKey, ...form }),
    verify: (data: Uint8Array, signature: Uint8Array): boolean =>
      verify('sha256', data, { key: publicKey, ...form }, signature),
  };
}

const octetsOf = (integer: bigint): Buffer => Buffer.from(integer.toString(16).padStart(64, '0'), 'hex');
const signatureOf = (r: bigint, s: bigint): Buffer => Buffer.concat([octetsOf(r), octetsOf(s)]);
const half = (signature: Uint8Array, start: number): bigint =>
  BigInt(`0x${Buffer.from(signature.subarray(start, start + 32)).toString('hex')}`);

function messages(count: number): Buffer[] {
  return Array.from({ length: count }, (_, i) => Buffer.from(`message ${i} `.repeat((i % 9) + 1)));
}

describe.each([1, 2, 3])('key %i', () => {
  const key = newKey();
  const batch = p256BatchVerifier(key.octets, sha256)!;

  test('what it proves, and nothing else, is what OpenSSL verifies', () => {
    const cases = messages(700).map((data, i) => {
      const signature = Buffer.from(key.sign(data));
      if (i % 4 === 1) signature[randomInt(64)]! ^= 1 << randomInt(8);
      if (i % 4 === 2) data[randomInt(data.length)]! ^= 1 << randomInt(8);
      // The other s that goes with an r is as good (FIPS 186-5 does not forbid it).
      const other = signatureOf(half(signature, 0), P256.order - half(signature, 32));
      return { data, signature: i % 8 === 3 ? other : signature };
    });
    for (const { data, signature } of cases) batch.add(data, signature);
    const expected = cases.map(({ data, signature }) => key.verify(data, signature));
    expect(expected.filter((isGood) => isGood)).toHaveLength(350);
    expect(batch.finish()).toEqual(expected);
  });

  test('signatures of another key are not proven', () => {
    const other = newKey();
    for (const data of messages(20)) batch.add(data, other.sign(data));
    expect(batch.finish()).toEqual(Array(20).fill(false));
  });
});

describe('what is no signature', () => {
  const key = newKey();
  const batch = p256BatchVerifier(key.octets, sha256)!;
  const data = Buffer.from('data');
  const good = key.sign(data);
  const [r, s] = [half(good, 0), half(good, 32)];

  test.each([
    ['r of zero', signatureOf(0n, s)],
    ['s of zero', signatureOf(r, 0n)],
    ['both of zero', signatureOf(0n, 0n)],
    ['r of the group order', signatureOf(P256.order, s)],
    ['s of the group order', signatureOf(r, P256.order)],
    ['s above the group order', signatureOf(r, s % 2n ** 32n).fill(255, 32, 36)],
    ['all ones', Buffer.alloc(64, 255)],
    ['r and s exchanged', signatureOf(s, r)],
    ['nothing', Buffer.alloc(0)],
    ['an octet too few', good.subarray(1)],
    ['an octet too many', Buffer.concat([good, Buffer.alloc(1)])],
  ])('%s is not proven, and those beside it are', (_, signature) => {
    batch.add(data, good);
    batch.add(data, signature);
    batch.add(data, good);
    expect(batch.finish()).toEqual([true, false, true]);
  });

  test('nothing taken up, nothing proven', () => {
    expect(batch.finish()).toEqual([]);
  });
});

/** With digests of our choice: affine coordinates have no formula for what these signatures ask for. */
describe('sums that are left to OpenSSL', () => {
  const key = newKey();
  const inverse = (value: bigint): bigint => p256.Point.Fn.inv(value);
  const times = (...factors: bigint[]): bigint => factors.reduce((a, b) => (a * b) % P256.order);
  const nonce = 0x1234567n;
  const r = p256.Point.BASE.multiply(nonce).toAffine().x % P256.order;

  test.each([
    ['both products the same', times(r, key.secret)],
    ['one product the opposite of the other', P256.order - times(r, key.secret)],
    ['a product with zero', 0n],
  ])('%s', (_, digest) => {
    const batch = p256BatchVerifier(key.octets, (data) =>
      data.length === 0 ? octetsOf(digest) : sha256(data),
    )!;
    const s = times(inverse(nonce), (digest + times(r, key.secret)) % P256.order) || 1n;
    const ordinary = Buffer.from('ordinary');
    batch.add(ordinary, key.sign(ordinary));
    batch.add(new Uint8Array(), signatureOf(r, s));
    expect(batch.finish()).toEqual([false, false]);
    // Those that come later are not affected.
    batch.add(ordinary, key.sign(ordinary));
    expect(batch.finish()).toEqual([true]);
  });

  test('any other digest of our choice makes a signature that is proven', () => {
    const digest = 99n;
    const batch = p256BatchVerifier(key.octets, () => octetsOf(digest))!;
    batch.add(new Uint8Array(), signatureOf(r, times(inverse(nonce), digest + times(r, key.secret))));
    expect(batch.finish()).toEqual([true]);
  });
});
