import { rmSync } from 'node:fs';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { TokenKey } from '../../src/dnssec/crypto.ts';
import { ZonewrightError } from '../../src/errors.ts';
import { nodeCrypto } from '../../src/io/crypto/node-crypto.ts';
import { withTokens } from '../../src/io/pkcs11/lazy-tokens.ts';
import { Pkcs11Tokens } from '../../src/io/pkcs11/tokens.ts';
import { describeWithPeers } from '../support/peers.ts';
import { HSM_PEERS, SOFTHSM_LIBRARY, SoftHsm } from '../support/soft-hsm.ts';
import { temporaryDirectory } from '../support/workspace.ts';

const DATA = new TextEncoder().encode('example.com. 3600 IN DNSKEY');

async function errorOf(work: Promise<unknown>): Promise<ZonewrightError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof ZonewrightError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

/** Whether a signature of the key is one for OpenSSL. */
async function signs(tokens: Pkcs11Tokens, key: TokenKey): Promise<boolean> {
  const signature = (await tokens.signer(key)).sign(DATA);
  const verifier = nodeCrypto.importPublicKey(key.algorithm, key.publicKey)!;
  return verifier.verify(DATA, signature);
}

describeWithPeers(HSM_PEERS, 'keys in SoftHSM', () => {
  let hsm: SoftHsm;
  let tokens: Pkcs11Tokens;

  beforeAll(async () => {
    hsm = new SoftHsm(temporaryDirectory());
    await hsm.start();
  });

  beforeEach(() => {
    tokens = new Pkcs11Tokens({});
  });

  afterEach(async () => {
    await tokens.close();
  });

  test.each([
    ['RSASHA256', 8, 2048],
    ['RSASHA512', 10, 2048],
    ['ECDSAP256SHA256', 13, undefined],
    ['ECDSAP384SHA384', 14, undefined],
    ['ED25519', 15, undefined],
    ['ED448', 16, undefined],
  ])('%s: made, found, used, deleted', async (_, algorithm, bits) => {
    const made = await tokens.generate(hsm.uri(), algorithm, bits, `made-${algorithm}`);
    expect(made.uri).toContain(`object=made-${algorithm}`);
    expect(await signs(tokens, made)).toBe(true);
    const found = await tokens.find(hsm.uri(`object=made-${algorithm}`), algorithm);
    expect(found).toEqual(made);
    expect(await tokens.remove(made)).toBe(true);
    expect(await tokens.find(hsm.uri(`object=made-${algorithm}`), algorithm)).toBeUndefined();
    expect(await errorOf(tokens.open(made))).toMatchObject({ code: 'key/token-no-key', kind: 'input' });
    expect(await hsm.tool('--list-objects')).not.toContain(`made-${algorithm}`);
    // Twice does no harm.
    expect(await tokens.remove(made)).toBe(true);
  });

  test.each([
    ['rsa:2048', 8],
    ['EC:prime256v1', 13],
    ['EC:secp384r1', 14],
    ['EC:edwards25519', 15],
  ])(
    'a %s key of pkcs11-tool is found by label and by id, used, and not deleted',
    async (type, algorithm) => {
      const label = `tool-${algorithm}`;
      const id = `7${algorithm}0`.padStart(4, '0');
      await hsm.tool('--keypairgen', '--key-type', type, '--label', label, '--id', id);
      const byLabel = await tokens.find(hsm.uri(`object=${label}`), algorithm);
      const byId = await tokens.find(hsm.uri(`id=%${id.slice(0, 2)}%${id.slice(2)}`), algorithm);
      expect(byLabel).toEqual(byId);
      expect(await signs(tokens, byLabel!)).toBe(true);
      expect(await tokens.remove(byLabel!)).toBe(false);
      expect(await hsm.tool('--list-objects')).toContain(label);
    },
  );

  test('a key of another algorithm, several keys under one label, and a key that belongs to another file', async () => {
    const one = await tokens.generate(hsm.uri('object=twice'), 13, undefined, '');
    const two = await tokens.generate(hsm.uri('object=twice'), 13, undefined, '');
    expect(await errorOf(tokens.find(hsm.uri('object=twice'), 13))).toMatchObject({
      code: 'key/token-several',
    });
    expect(await tokens.find(one.uri, 13)).toEqual(one);
    expect(await errorOf(tokens.find(one.uri, 8))).toMatchObject({ code: 'key/wrong-type' });
    const confused = { ...one, publicKey: two.publicKey };
    expect(await errorOf(tokens.open(confused))).toMatchObject({ code: 'key/mismatch', kind: 'input' });
  });

  test('one session serves many signatures', async () => {
    const key = await tokens.generate(hsm.uri(), 13, undefined, 'many');
    const signer = await tokens.signer(key);
    const verifier = nodeCrypto.importPublicKey(13, key.publicKey)!;
    for (let i = 0; i < 50; i++) {
      const data = Uint8Array.of(i);
      expect(verifier.verify(data, signer.sign(data))).toBe(true);
    }
    const again = await tokens.signer(key);
    expect(verifier.verify(DATA, again.sign(DATA))).toBe(true);
  });

  test('a wrong PIN is tried once, and stays secret', async () => {
    const wrong = '135790135790';
    const variables = { MY_PIN: wrong };
    const uri = hsm.uri('object=x').replace(/pin-source=[^&]+/, 'pin-source=env:MY_PIN');
    const guess = new Pkcs11Tokens(variables);
    const first = await errorOf(guess.find(uri, 13));
    expect(first).toMatchObject({ code: 'key/token-pin', kind: 'environment' });
    expect(JSON.stringify(first) + first.message + (first.hint ?? '')).not.toContain(wrong);
    expect(await errorOf(guess.find(uri, 13))).toBe(first);
    await guess.close();
  });

  test('the PIN comes from a variable, a file, or not at all', async () => {
    const key = await tokens.generate(hsm.uri(), 15, undefined, 'pins');
    const without = key.uri.replace(/pin-source=[^&]+&/, '');
    const byVariable = new Pkcs11Tokens({ ZONEWRIGHT_PKCS11_PIN: hsm.pin });
    expect(await signs(byVariable, { ...key, uri: without })).toBe(true);
    await byVariable.close();
    for (const source of ['file:/no/such/file', 'env:NOT_SET']) {
      const lost = new Pkcs11Tokens({});
      const uri = key.uri.replace(/pin-source=[^&]+/, `pin-source=${source}`);
      expect(await errorOf(lost.open({ ...key, uri }))).toMatchObject({ code: 'key/token-pin-source' });
      await lost.close();
    }
  });

  test('the PKCS#11 library comes from the URI or from a variable; what is none is said so', async () => {
    const uri = hsm.uri('object=none').replace(/&module-path=.*/, '');
    const byVariable = new Pkcs11Tokens({ PKCS11_MODULE_PATH: SOFTHSM_LIBRARY });
    expect(await byVariable.find(uri, 13)).toBeUndefined();
    await byVariable.close();
    expect(await errorOf(new Pkcs11Tokens({}).find(uri, 13))).toMatchObject({ code: 'key/token-module' });
    const wrong = new Pkcs11Tokens({ ZONEWRIGHT_PKCS11_MODULE: '/etc/passwd' });
    expect(await errorOf(wrong.find(uri, 13))).toMatchObject({
      code: 'key/token-module',
      kind: 'environment',
    });
  });

  test('a token that is not there is named, with those that are', async () => {
    const error = await errorOf(tokens.find(hsm.uri().replace('zw-test', 'other'), 13));
    expect(error).toMatchObject({ code: 'key/token-gone', kind: 'environment' });
    expect(error.message).toContain('pkcs11:token=other');
    expect(error.hint).toContain('zw-test');
  });

  test('no ECDSA signature is promised to be the same each time', async () => {
    const crypto = withTokens(nodeCrypto, tokens);
    const ecdsa = await tokens.generate(hsm.uri(), 13, undefined, 'nonce');
    expect(await errorOf(crypto.importPrivateKey(ecdsa, { deterministic: true }))).toMatchObject({
      code: 'usage/deterministic',
    });
    const edwards = await tokens.generate(hsm.uri(), 15, undefined, 'nonce');
    const signer = await crypto.importPrivateKey(edwards, { deterministic: true });
    expect(signer.sign(DATA)).toEqual(signer.sign(DATA));
  });

  test('a key that wants the PIN at each use gets it', async () => {
    await hsm.tool(
      '--keypairgen',
      '--key-type',
      'rsa:2048',
      '--label',
      'asks',
      '--id',
      '66',
      '--always-auth',
    );
    const key = await tokens.find(hsm.uri('object=asks'), 8);
    expect(await signs(tokens, key!)).toBe(true);
    expect(await signs(tokens, key!)).toBe(true);
  });

  test('a token that vanishes while it signs is an error of the environment', async () => {
    const key = await tokens.generate(hsm.uri(), 13, undefined, 'vanishes');
    const signer = await tokens.signer(key);
    expect(signer.sign(DATA)).toHaveLength(64);
    rmSync(hsm.tokenDirectory, { recursive: true });
    const error = await errorOf(Promise.resolve().then(() => signer.sign(DATA)));
    expect(error).toMatchObject({ kind: 'environment', code: 'key/token-gone' });
    await tokens.close();
    expect(await errorOf(new Pkcs11Tokens({}).open(key))).toMatchObject({
      kind: 'environment',
      code: 'key/token-gone',
    });
  });
});

describe('without the package', () => {
  test.each([
    ['ERR_MODULE_NOT_FOUND', 'is not installed'],
    ['ERR_DLOPEN_FAILED', 'cannot be loaded'],
  ])('%s: the error says what to install', async (code, says) => {
    const tokens = new Pkcs11Tokens({}, () => Promise.reject(Object.assign(new Error('no'), { code })));
    const error = await errorOf(tokens.find('pkcs11:token=a;object=b?module-path=/x.so', 13));
    expect(error).toMatchObject({ code: 'key/token-support', kind: 'environment' });
    expect(error.message).toContain(says);
    expect(error.hint).toContain('npm install node-webcrypto-p11');
  });
});
