import crypto from 'node:crypto';
import { expect, test } from '@jest/globals';
import { nameFromText } from '../../../src/dns/name.ts';
import { REVOKE_FLAG, writeDnskey } from '../../../src/dnssec/dnskey.ts';
import { makeDs } from '../../../src/dnssec/ds.ts';
import { keyTag } from '../../../src/dnssec/key-tag.ts';
import { writeRsaPublicKey } from '../../../src/dnssec/public-key.ts';
import { nodeCrypto } from '../../../src/io/crypto/node-crypto.ts';
import { rdataToText } from '../../../src/rr/rdata.ts';
import { Type } from '../../../src/rr/registry.ts';
import { SignedZoneText } from '../../support/signed-zone-text.ts';
import { NOW, signText } from '../../support/sign-text.ts';
import { ed25519Key, type TestKey } from '../../support/test-keys.ts';
import { codesOf, verifyText } from '../../support/verify-file.ts';
import { zoneToText } from '../../support/zone-text.ts';

const ksk = ed25519Key('ksk', 'the KSK of key findings');
const old = ed25519Key('ksk', 'an older KSK of key findings');
const zsk = ed25519Key('zsk', 'the ZSK of key findings');
const content = `
example. 3600 IN SOA ns1.example. hostmaster.example. 1 7200 3600 1209600 300
example. 3600 IN NS ns1.example.
example. 3600 IN NS ns2.example.
ns1.example. 3600 IN A 192.0.2.1
ns2.example. 3600 IN A 192.0.2.2
`;

const sign = async (...keys: TestKey[]): Promise<SignedZoneText> =>
  new SignedZoneText(zoneToText((await signText(content, { keys })).zone));

const dsOf = (rdata: Uint8Array): string =>
  rdataToText(Type.DS, makeDs(nameFromText('example.'), rdata, 2, nodeCrypto));

/** The key after its revocation. */
function revoke(key: TestKey): TestKey {
  const dnskeyRdata = Uint8Array.from(key.dnskeyRdata);
  dnskeyRdata[1]! |= REVOKE_FLAG;
  return { ...key, dnskeyRdata, keyTag: keyTag(dnskeyRdata) };
}

test('a DS of a revoked key is named, in the form before and after the revocation', async () => {
  const revoked = revoke(old);
  const zone = await sign(ksk, zsk);
  zone.add(`example. 3600 IN DNSKEY ${rdataToText(Type.DNSKEY, revoked.dnskeyRdata)}`);
  zone.sign('example.', 'DNSKEY', ksk);
  zone.addSignature('example.', 'DNSKEY', revoked);
  const text = zone.toString();
  for (const parent of [old, revoked]) {
    const beside = await verifyText(text, { at: NOW, ds: [dsOf(ksk.dnskeyRdata), dsOf(parent.dnskeyRdata)] });
    expect(codesOf(beside, 'warning')).toEqual(['ds/revoked']);
    expect(codesOf(beside, 'error')).toEqual([]);
    const alone = await verifyText(text, { at: NOW, ds: [dsOf(parent.dnskeyRdata)] });
    expect(codesOf(alone, 'error')).toEqual(['ds/no-match']);
    expect(alone.causes.map(({ root }) => root.code)).not.toContain('ds/revoked');
  }
});

/** An RSA DNSKEY with another exponent; nobody has a private key for it. */
async function withExponent(exponent: bigint): Promise<string[]> {
  const { publicKey: made } = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 });
  const modulus = Buffer.from(made.export({ format: 'jwk' }).n!, 'base64url');
  const digits = exponent.toString(16);
  const publicKey = writeRsaPublicKey({
    exponent: Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex'),
    modulus,
  });
  const rdata = writeDnskey({ flags: 256, protocol: 3, algorithm: 8, publicKey });
  const zone = await sign(ksk, zsk);
  zone.add(`example. 3600 IN DNSKEY ${rdataToText(Type.DNSKEY, rdata)}`);
  zone.sign('example.', 'DNSKEY', ksk);
  const { findings } = await verifyText(zone.toString(), { at: NOW });
  return findings.map(({ code }) => code).filter((code) => /^dnskey\/(?:malformed|exponent)$/.test(code));
}

test.each([
  ['1', 1n, ['dnskey/malformed']],
  ['65536, which is even', 65536n, ['dnskey/malformed']],
  ['3', 3n, []],
  ['65537', 65537n, []],
  ['2^32 + 1, which older signers made', 2n ** 32n + 1n, []],
  ['35 bits', 2n ** 34n + 25n, []],
  ['more, which BIND refuses', 2n ** 35n + 1n, ['dnskey/exponent']],
])('an RSA exponent of %s', async (_, exponent, expected) => {
  expect(await withExponent(exponent)).toEqual(expected);
});
