import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { fromHex, toHex } from '../../src/dns/encoding.ts';
import { ALGORITHMS, usableAlgorithm } from '../../src/dnssec/algorithms.ts';
import type { GeneratedKey, SoftwareKey } from '../../src/dnssec/crypto.ts';
import { keySize, publicKeyProblem, signatureLength, toBase64url } from '../../src/dnssec/public-key.ts';
import { nodeCrypto } from '../../src/io/crypto/node-crypto.ts';

const data = new TextEncoder().encode('what is signed');
const usable = ALGORITHMS.filter(({ status }) => status !== 'refused').map(({ number }) => number);

/** The public half of one key with the private half of another. */
function mixedJwk({ jwk }: SoftwareKey, other: SoftwareKey): SoftwareKey['jwk'] {
  if (jwk.kty === 'RSA' && other.jwk.kty === 'RSA') return { ...other.jwk, n: jwk.n };
  return { ...jwk, d: other.jwk.d };
}

describe.each(usable)('algorithm %i', (number) => {
  const algorithm = usableAlgorithm(number)!;
  let pair: GeneratedKey;

  beforeAll(async () => {
    pair = await nodeCrypto.generate(number, undefined);
  });

  test('makes a key, signs and verifies', async () => {
    expect(publicKeyProblem(algorithm, pair.publicKey)).toBeUndefined();
    if (algorithm.kind === 'rsa') expect(keySize(algorithm, pair.publicKey)).toBe(2048);

    const signer = await nodeCrypto.importPrivateKey(pair.privateKey);
    const verifier = nodeCrypto.importPublicKey(number, pair.publicKey)!;
    for (let i = 0; i < 10; i++) {
      const signature = signer.sign(data);
      expect(signature).toHaveLength(signatureLength(algorithm, pair.publicKey));
      expect(verifier.verify(data, signature)).toBe(true);
    }
    expect(verifier.verify(data.subarray(1), signer.sign(data))).toBe(false);
  });

  test('a private key can go to another thread', async () => {
    const clone = structuredClone(pair.privateKey);
    expect(clone).toEqual(pair.privateKey);
    const signature = (await nodeCrypto.importPrivateKey(clone)).sign(data);
    expect(nodeCrypto.importPublicKey(number, pair.publicKey)!.verify(data, signature)).toBe(true);
  });

  test('a signature of the wrong length, or none, is invalid', async () => {
    const verifier = nodeCrypto.importPublicKey(number, pair.publicKey)!;
    const signature = (await nodeCrypto.importPrivateKey(pair.privateKey)).sign(data);
    expect(verifier.verify(data, new Uint8Array())).toBe(false);
    expect(verifier.verify(data, signature.subarray(1))).toBe(false);
    expect(verifier.verify(data, Uint8Array.of(0, ...signature))).toBe(false);
    expect(verifier.verify(data, new Uint8Array(signature.length))).toBe(false);
    expect(verifier.verify(data, new Uint8Array(signature.length).fill(255))).toBe(false);
  });

  test('halves of two keys are noticed', async () => {
    const other = await nodeCrypto.generate(number, undefined);
    const mixed = { ...pair.privateKey, jwk: mixedJwk(pair.privateKey, other.privateKey) };
    await expect(nodeCrypto.importPrivateKey(mixed)).rejects.toMatchObject({
      kind: 'input',
      code: expect.stringMatching(/^key\/(mismatch|damaged)$/),
    });
  });
});

test('RSA keys have the size that is asked for', async () => {
  const { publicKey } = await nodeCrypto.generate(8, 3072);
  expect(keySize(usableAlgorithm(8)!, publicKey)).toBe(3072);
});

describe('public keys', () => {
  test('of refused or unknown algorithms have no verifier', () => {
    for (const number of [0, 1, 3, 6, 12, 200]) {
      expect(nodeCrypto.importPublicKey(number, new Uint8Array(64).fill(1))).toBeUndefined();
    }
  });

  test.each([
    [8, ''],
    [8, '03010001'],
    [8, `03010001${'00'.repeat(256)}`],
    [13, '00'.repeat(64)],
    [13, '11'.repeat(64)],
    [13, '11'.repeat(63)],
    [14, '11'.repeat(96)],
    [15, '11'.repeat(31)],
    [16, '11'.repeat(32)],
  ])('algorithm %i: the malformed key %s has no verifier', (number, hex) => {
    expect(nodeCrypto.importPublicKey(number, fromHex(hex))).toBeUndefined();
  });

  test.each([
    ['RSA, huge exponent', 8, `ff${'ff'.repeat(255)}${'ff'.repeat(256)}`],
    ['RSA, exponent 1', 8, `0101${'ff'.repeat(256)}`],
    ['Ed25519, small order', 15, '00'.repeat(32)],
    ['Ed25519, small order', 15, `01${'00'.repeat(31)}`],
    ['Ed25519, no point', 15, 'ff'.repeat(32)],
  ])('of hostile shape verify nothing: %s', (_, number, hex) => {
    const verifier = nodeCrypto.importPublicKey(number, fromHex(hex));
    const length = number === 8 ? 256 : 64;
    expect(verifier?.verify(data, new Uint8Array(length).fill(7)) ?? false).toBe(false);
  });
});

describe('private keys', () => {
  test('that are damaged are refused without their secret in the message', async () => {
    const { privateKey } = await nodeCrypto.generate(13, undefined);
    const d = toBase64url(new Uint8Array(32).fill(255));
    let caught: unknown;
    try {
      await nodeCrypto.importPrivateKey({ ...privateKey, jwk: { ...privateKey.jwk, d } });
    } catch (error) {
      caught = error;
    }
    expect(caught).toMatchObject({ kind: 'input', cause: undefined });
    expect((caught as Error).stack).not.toContain(d);
  });

  test('of algorithms without software keys are a defect of ours', async () => {
    const { privateKey } = await nodeCrypto.generate(15, undefined);
    await expect(nodeCrypto.importPrivateKey({ ...privateKey, algorithm: 3 })).rejects.toThrow('algorithm 3');
    await expect(nodeCrypto.generate(3, undefined)).rejects.toThrow('algorithm 3');
  });
});

describe('deterministic ECDSA', () => {
  const P256 = {
    algorithm: 13,
    crv: 'P-256',
    d: 'C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721',
    x: '60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6',
    y: '7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299',
  } as const;
  const P384 = {
    algorithm: 14,
    crv: 'P-384',
    d: '6B9D3DAD2E1B8C1C05B19875B6659F4DE23C3B667BF297BA9AA47740787137D896D5724E4C70A825F872C9EA60D2EDF5',
    x: 'EC3A4E415B4E19A4568618029F427FA5DA9A8BC4AE92E02E06AAE5286B300C64DEF8F0EA9055866064A254515480BC13',
    y: '8015D9B72D7D57244EA8EF9AC0C621896708A59367F9DFB9F54CA84B3F1C9DB1288B231C3AE0D4FE7344FD2533264720',
  } as const;

  test.each([
    {
      ...P256,
      message: 'sample',
      r: 'EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716',
      s: 'F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8',
    },
    {
      ...P256,
      message: 'test',
      r: 'F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367',
      s: '019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083',
    },
    {
      ...P384,
      message: 'sample',
      r: '94EDBB92A5ECB8AAD4736E56C691916B3F88140666CE9FA73D64C4EA95AD133C81A648152E44ACF96E36DD1E80FABE46',
      s: '99EF4AEB15F178CEA1FE40DB2603138F130E740A19624526203B6351D0A3A94FA329C145786E679E7B82C71A38628AC8',
    },
  ])(
    '$crv signs "$message" as RFC 6979 appendix A.2 does',
    async ({ algorithm, crv, d, x, y, message, r, s }) => {
      const member = (hex: string): string => toBase64url(fromHex(hex));
      const jwk = { kty: 'EC', crv, d: member(d), x: member(x), y: member(y) } as const;
      const signer = await nodeCrypto.importPrivateKey(
        { kind: 'software', algorithm, jwk },
        { deterministic: true },
      );
      expect(toHex(signer.sign(new TextEncoder().encode(message)))).toBe(r + s);
    },
  );

  test.each([13, 14])('algorithm %i: signatures are valid, and the same every time', async (number) => {
    const { publicKey, privateKey } = await nodeCrypto.generate(number, undefined);
    const signer = await nodeCrypto.importPrivateKey(privateKey, { deterministic: true });
    const verifier = nodeCrypto.importPublicKey(number, publicKey)!;
    for (let i = 0; i < 50; i++) {
      const message = Uint8Array.of(i >> 8, i, ...data);
      const signature = signer.sign(message);
      expect(verifier.verify(message, signature)).toBe(true);
      expect(signer.sign(message)).toEqual(signature);
    }
  });
});

describe('digests', () => {
  test.each(['sha1', 'sha256', 'sha384', 'sha512'] as const)(
    '%s in one piece and in several',
    (algorithm) => {
      const expected = createHash(algorithm).update(data).digest('hex').toUpperCase();
      expect(toHex(nodeCrypto.digest(algorithm, data))).toBe(expected);
      const digest = nodeCrypto.createDigest(algorithm);
      digest.update(data.subarray(0, 5));
      digest.update(data.subarray(5));
      expect(toHex(digest.finish())).toBe(expected);
    },
  );

  test('random octets differ', () => {
    expect(nodeCrypto.randomBytes(16)).toHaveLength(16);
    expect(nodeCrypto.randomBytes(16)).not.toEqual(nodeCrypto.randomBytes(16));
  });
});
