import { describe, expect, test } from '@jest/globals';
import { nameFromText } from '../../../src/dns/name.ts';
import { REVOKE_FLAG, SEP_FLAG } from '../../../src/dnssec/dnskey.ts';
import { makeDs } from '../../../src/dnssec/ds.ts';
import { keyTag } from '../../../src/dnssec/key-tag.ts';
import { nodeCrypto } from '../../../src/io/crypto/node-crypto.ts';
import { rdataToText } from '../../../src/rr/rdata.ts';
import { Type } from '../../../src/rr/registry.ts';
import { SignedZoneText } from '../../support/signed-zone-text.ts';
import { DAY, NOW, signText } from '../../support/sign-text.ts';
import { ed25519Key, type TestKey } from '../../support/test-keys.ts';
import { verifyText, type VerifyFileOptions } from '../../support/verify-file.ts';
import { zoneToText } from '../../support/zone-text.ts';

const ksk = ed25519Key('ksk', 'the KSK of every code');
const zsk = ed25519Key('zsk', 'the ZSK of every code');
const otherZsk = ed25519Key('zsk', 'another ZSK of every code');
const content = `
example. 3600 IN SOA ns1.example. hostmaster.example. 1 7200 3600 1209600 300
example. 3600 IN NS ns1.example.
example. 3600 IN NS ns2.example.
ns1.example. 3600 IN A 192.0.2.1
ns2.example. 3600 IN A 192.0.2.2
`;

const dsOf = (key: TestKey, digestType = 2): string =>
  rdataToText(Type.DS, makeDs(nameFromText('example.'), key.dnskeyRdata, digestType, nodeCrypto));
const dnskeyOf = ({ dnskeyRdata }: TestKey): string => rdataToText(Type.DNSKEY, dnskeyRdata);

/** The key with other flags. */
function withFlags(key: TestKey, change: (flags: number) => number): TestKey {
  const dnskeyRdata = Uint8Array.from(key.dnskeyRdata);
  const flags = change((dnskeyRdata[0]! << 8) | dnskeyRdata[1]!);
  dnskeyRdata.set([flags >> 8, flags & 255]);
  return { ...key, dnskeyRdata, keyTag: keyTag(dnskeyRdata) };
}

async function signed(text = content, keys = [ksk, zsk], expiration = NOW + 30 * DAY): Promise<string> {
  return zoneToText((await signText(text, { keys, expiration })).zone);
}

async function codesOf(text: string, options: VerifyFileOptions = {}): Promise<string[]> {
  const { findings } = await verifyText(text, { at: NOW, ...options });
  return [...new Set(findings.map(({ severity, code }) => `${severity} ${code}`))].sort();
}

describe('keys', () => {
  test('a lone key without the SEP flag', async () => {
    const lone = withFlags(ed25519Key('csk', 'no SEP'), (flags) => flags & ~SEP_FLAG);
    const text = await signed(content, [lone]);
    expect(await codesOf(text, { ds: [dsOf(lone)] })).toEqual(['note dnskey/no-sep', 'note ds/not-sep']);
  });

  test('a revoked key that says so', async () => {
    const revoked = withFlags(ed25519Key('ksk', 'revoked'), (flags) => flags | REVOKE_FLAG);
    const zone = new SignedZoneText(await signed());
    zone.add(`example. 3600 IN DNSKEY ${dnskeyOf(revoked)}`);
    zone.sign('example.', 'DNSKEY', ksk);
    zone.addSignature('example.', 'DNSKEY', revoked);
    expect(await codesOf(zone.toString())).toEqual(['note dnskey/revoked']);
  });

  test('an algorithm that nobody knows makes a zone insecure, not bogus', async () => {
    const text = `${content}example. 3600 IN DNSKEY 257 3 200 AQIDBA==\n`;
    expect(await codesOf(text)).toEqual(
      expect.arrayContaining(['note dnskey/unsupported-algorithm', 'warning dnskey/nothing-supported']),
    );
  });
});

describe('signatures', () => {
  test('of two keys of one algorithm', async () => {
    expect(await codesOf(await signed(content, [ksk, zsk, otherZsk]))).toEqual(['note rrsig/superfluous']);
  });

  test('that have just begun', async () => {
    const text = await signed();
    const begin = NOW - 3600;
    expect(await codesOf(text, { at: begin + 299 })).toEqual(['note rrsig/recent-inception']);
    expect(await codesOf(text, { at: begin + 300 })).toEqual([]);
  });

  test('that last for more than half a year', async () => {
    expect(await codesOf(await signed(content, [ksk, zsk], NOW + 200 * DAY))).toEqual([
      'note rrsig/long-validity',
    ]);
  });
});

describe('CDS', () => {
  test.each([
    ['a request to delete the DS', ['CDS 0 0 0 00', 'CDNSKEY 0 3 0 AA=='], ['note cds/delete-request']],
    [
      'a CDS of a key that does not sign, beside one that does',
      [`CDS ${dsOf(ksk)}`, `CDS ${dsOf(otherZsk)}`],
      ['note cds/one-kind', 'note cds/unmatched'],
    ],
    [
      'a CDS of an unknown digest type',
      [`CDS ${dsOf(ksk)}`, `CDS ${ksk.keyTag} 15 200 ABCDEF`],
      ['note cds/one-kind', 'note cds/unsupported'],
    ],
  ])('%s', async (_, records, expected) => {
    const text = content + records.map((record) => `example. 3600 IN ${record}\n`).join('');
    expect(await codesOf(await signed(text))).toEqual(expected);
  });
});

test('a ZONEMD of a private scheme beside one that is known', async () => {
  const { zone } = await signText(content, { keys: [ksk, zsk], zonemd: 1 });
  const text = new SignedZoneText(zoneToText(zone));
  text.add(`example. 3600 IN ZONEMD 1 240 1 ${'AB'.repeat(48)}`);
  text.sign('example.', 'ZONEMD', zsk);
  expect(await codesOf(text.toString())).toEqual(['note zonemd/unsupported']);
});
