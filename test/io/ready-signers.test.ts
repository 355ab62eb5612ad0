import { describe, expect, test } from '@jest/globals';
import type { SoftwareKey } from '../../src/dnssec/crypto.ts';
import { nodeCrypto } from '../../src/io/crypto/node-crypto.ts';
import { ReadySigners } from '../../src/io/ready-signers.ts';

const data = (i: number): Uint8Array => new TextEncoder().encode(`what is signed as number ${i}`);

async function prepared(
  algorithm: number,
): Promise<{ ready: ReadySigners; key: SoftwareKey; publicKey: Uint8Array }> {
  const { privateKey, publicKey } = await nodeCrypto.generate(algorithm, undefined);
  const ready = new ReadySigners(nodeCrypto);
  await ready.prepare([privateKey]);
  return { ready, key: privateKey, publicKey };
}

describe.each([13, 15])('a key of algorithm %i', (algorithm) => {
  test('has a signer that is made already, for the first who asks', async () => {
    const { ready, key, publicKey } = await prepared(algorithm);
    const signer = await ready.crypto.importPrivateKey(key);
    expect(signer.hasBatch).toBe(true);
    const make = await signer.batch!();
    const batch = make()!;
    expect(make()).toBe(batch);
    for (let i = 0; i < 3; i++) batch.add(data(i));
    const signatures = batch.finish();
    const length = signatures.length / 3;
    const verifier = nodeCrypto.importPublicKey(algorithm, publicKey)!;
    for (let i = 0; i < 3; i++) {
      const signature = signatures.subarray(i * length, (i + 1) * length);
      expect([verifier.verify(data(i), signature), verifier.verify(data(i + 1), signature)]).toEqual([
        true,
        false,
      ]);
    }
    expect(verifier.verify(data(3), signer.sign(data(3)))).toBe(true);
    expect((await ready.crypto.importPrivateKey(key)).hasBatch).toBeUndefined();
  });

  test('is not taken for another', async () => {
    const { ready } = await prepared(algorithm);
    const { privateKey } = await nodeCrypto.generate(algorithm, undefined);
    expect((await ready.crypto.importPrivateKey(privateKey)).hasBatch).toBeUndefined();
  });
});

test('deterministic signatures are made as ever', async () => {
  const { ready, key } = await prepared(13);
  const signer = await ready.crypto.importPrivateKey(key, { deterministic: true });
  expect(signer).not.toHaveProperty('batch');
  expect(signer.hasBatch).toBeUndefined();
  expect(signer.sign(data(1))).toEqual(signer.sign(data(1)));
});

test('keys without batches are left as they are', async () => {
  const { ready, key } = await prepared(14);
  expect((await ready.crypto.importPrivateKey(key)).hasBatch).toBeUndefined();
});
