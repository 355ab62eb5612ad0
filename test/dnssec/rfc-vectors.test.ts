import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { toHex } from '../../src/dns/encoding.ts';
import { nameFromText } from '../../src/dns/name.ts';
import { readDnskey } from '../../src/dnssec/dnskey.ts';
import { dsMatches, makeDs, readDs } from '../../src/dnssec/ds.ts';
import { keyTag } from '../../src/dnssec/key-tag.ts';
import { nodeCrypto } from '../../src/io/crypto/node-crypto.ts';
import { privateKeyMaterial, readBindPrivateKey } from '../../src/keys/bind-private-key.ts';
import { rdataOf, recordsOf, signaturesOf } from './signed-octets.ts';

interface Vector {
  readonly source: string;
  readonly owner: string;
  readonly dnskey: string;
  readonly keyTag: number;
  readonly privateKey?: Readonly<Record<string, string>>;
  readonly ds?: readonly string[];
  readonly rrset?: readonly string[];
  readonly rrsig?: string;
  readonly deterministic?: boolean;
}

const file = new URL('../../fixtures/rfc/keys-and-signatures.json', import.meta.url);
const vectors = JSON.parse(readFileSync(file, 'utf8')) as Vector[];
const withPrivateKey = vectors.filter(({ privateKey }) => privateKey !== undefined);

function materialOf({ dnskey, privateKey }: Vector): ReturnType<typeof privateKeyMaterial> {
  const lines = Object.entries(privateKey!).map(([name, value]) => `${name}: ${value}`);
  const text = ['Private-key-format: v1.2', ...lines, ''].join('\n');
  const { publicKey } = readDnskey(rdataOf('DNSKEY', dnskey));
  return privateKeyMaterial(readBindPrivateKey(text, 'rfc'), publicKey, 'rfc');
}

describe.each(vectors)('$source', (vector) => {
  const dnskey = rdataOf('DNSKEY', vector.dnskey);
  const owner = nameFromText(vector.owner);

  test('key tag', () => {
    expect(keyTag(dnskey)).toBe(vector.keyTag);
  });

  for (const text of vector.ds ?? []) {
    test(`DS ${text.slice(0, 20)}…`, () => {
      const ds = rdataOf('DS', text);
      expect(toHex(makeDs(owner, dnskey, readDs(ds).digestType, nodeCrypto))).toBe(toHex(ds));
      expect(dsMatches(ds, owner, dnskey, nodeCrypto)).toBe(true);
    });
  }
});

describe.each(withPrivateKey)('$source', (vector) => {
  const { algorithm, publicKey } = readDnskey(rdataOf('DNSKEY', vector.dnskey));
  const rrsig = vector.rrset![0]!.replace(/IN .*/, `IN RRSIG ${vector.rrsig}`);
  const [signed] = signaturesOf(recordsOf([...vector.rrset!, rrsig]));
  const data = signed!.data!;
  const { signature } = signed!;
  const verifier = nodeCrypto.importPublicKey(algorithm, publicKey)!;

  test('the signature of the RFC is valid, and one with a wrong bit is not', () => {
    expect(verifier.verify(data, signature)).toBe(true);
    for (const at of [0, signature.length >> 1]) {
      const damaged = signature.slice();
      damaged[at]! ^= 1;
      expect(verifier.verify(data, damaged)).toBe(false);
    }
  });

  test('the private key of the RFC signs', async () => {
    const signer = await nodeCrypto.importPrivateKey(materialOf(vector));
    const made = signer.sign(data);
    expect(verifier.verify(data, made)).toBe(true);
    if (vector.deterministic === true) expect(toHex(made)).toBe(toHex(signature));
  });
});
