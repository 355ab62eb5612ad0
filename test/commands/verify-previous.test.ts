import { describe, expect, test } from '@jest/globals';
import { makeDs } from '../../src/dnssec/ds.ts';
import { nameFromText } from '../../src/dns/name.ts';
import { nodeCrypto } from '../../src/io/crypto/node-crypto.ts';
import { rdataToText } from '../../src/rr/rdata.ts';
import { Type } from '../../src/rr/registry.ts';
import { SignedZoneText } from '../support/signed-zone-text.ts';
import { NOW, signText } from '../support/sign-text.ts';
import { ed25519Key, type TestKey } from '../support/test-keys.ts';
import { verifyText, type VerifyFileOptions } from '../support/verify-file.ts';
import { zoneToText } from '../support/zone-text.ts';

const ksk = ed25519Key('ksk', 'the KSK of caches');
const ksk2 = ed25519Key('ksk', 'the next KSK of caches');
const zsk = ed25519Key('zsk', 'the ZSK of caches');
const zsk2 = ed25519Key('zsk', 'the next ZSK of caches');

/** SOA refresh and retry make a propagation of 3 hours. */
const content = (serial: number): string => `
example. 3600 IN SOA ns1.example. hostmaster.example. ${serial} 7200 3600 1209600 300
example. 3600 IN NS ns1.example.
example. 3600 IN NS ns2.example.
ns1.example. 7200 IN A 192.0.2.1
ns2.example. 3600 IN A 192.0.2.2
`;

const dnskeyLine = (key: TestKey): string =>
  `example. 3600 IN DNSKEY ${rdataToText(Type.DNSKEY, key.dnskeyRdata)}`;
const dsText = (key: TestKey): string =>
  rdataToText(Type.DS, makeDs(nameFromText('example.'), key.dnskeyRdata, 2, nodeCrypto));

/** A zone that some keys sign, with further DNSKEYs that sign nothing. */
async function zoneOf(
  serial: number,
  signers: readonly TestKey[],
  published: readonly TestKey[] = [],
): Promise<string> {
  const zone = new SignedZoneText(zoneToText((await signText(content(serial), { keys: [...signers] })).zone));
  if (published.length === 0) return zone.toString();
  zone.add(...published.map(dnskeyLine));
  zone.sign(
    'example.',
    'DNSKEY',
    signers.find(({ role }) => role === 'ksk')!,
  );
  return zone.toString();
}

async function cacheFindings(
  next: string,
  previous: string,
  options: VerifyFileOptions = {},
): Promise<{ code: string; found: string; expected: string }[]> {
  const { findings } = await verifyText(next, {
    at: NOW,
    previous: ['old'],
    files: { old: previous },
    ...options,
  });
  return findings
    .filter(({ code }) => code.startsWith('cache/'))
    .map(({ code, found, expected }) => ({ code, found, expected }));
}

const codesOf = async (...args: Parameters<typeof cacheFindings>): Promise<string[]> =>
  (await cacheFindings(...args)).map(({ code }) => code);

describe('a version may replace another', () => {
  test('that has the same keys', async () => {
    expect(await codesOf(await zoneOf(2, [ksk, zsk]), await zoneOf(1, [ksk, zsk]))).toEqual([]);
  });

  test('at each step of a pre-published ZSK rollover', async () => {
    const before = await zoneOf(1, [ksk, zsk]);
    const published = await zoneOf(2, [ksk, zsk], [zsk2]);
    const signing = await zoneOf(3, [ksk, zsk2], [zsk]);
    const after = await zoneOf(4, [ksk, zsk2]);
    expect(await codesOf(published, before)).toEqual([]);
    expect(await codesOf(signing, published)).toEqual([]);
    expect(await codesOf(after, signing)).toEqual([]);
  });

  test('that was not signed', async () => {
    expect(await codesOf(await zoneOf(2, [ksk, zsk]), content(1))).toEqual([]);
  });
});

describe('a version may not replace another', () => {
  test('whose ZSK it swaps: both directions break, each with its wait', async () => {
    const findings = await cacheFindings(await zoneOf(2, [ksk, zsk2]), await zoneOf(1, [ksk, zsk]));
    expect(findings).toEqual([
      {
        code: 'cache/old-keys',
        found: expect.stringContaining('with the DNSKEY RRset of serial 1, serial 2 fails'),
        // The DNSKEY TTL of 1 hour, and 3 hours.
        expected: 'a wait of 4h after the new DNSKEY is published',
      },
      {
        code: 'cache/old-data',
        found: expect.stringMatching(/^with RRsets of serial 1, .* RRsets for instance example\. \w+$/),
        // The largest TTL of 2 hours, and 3 hours.
        expected: 'a wait of 5h after the last of them is replaced',
      },
    ]);
  });

  test('whose ZSK it drops too early', async () => {
    const signing = await zoneOf(3, [ksk, zsk2], [zsk]);
    const skipped = await zoneOf(2, [ksk, zsk], [zsk2]);
    expect(await codesOf(await zoneOf(4, [ksk, zsk2]), skipped)).toEqual(['cache/old-data']);
    // Of several, only that one.
    const { findings } = await verifyText(await zoneOf(4, [ksk, zsk2]), {
      at: NOW,
      previous: ['a', 'b'],
      files: { a: signing, b: skipped },
    });
    expect(findings.map(({ code }) => code)).toEqual(['cache/old-data']);
  });

  test('whose KSK it swaps, unless the DS are those of both', async () => {
    const before = await zoneOf(1, [ksk, zsk]);
    const after = await zoneOf(2, [ksk2, zsk]);
    expect(await codesOf(after, before)).toEqual(['cache/ds']);
    expect(await codesOf(after, before, { ds: [dsText(ksk), dsText(ksk2)] })).toEqual([]);
    const [finding] = await cacheFindings(after, before, { ds: [dsText(ksk)] });
    expect(finding!.code).toBe('cache/ds');
    expect(finding!.expected).toMatch(/^a wait of the TTL of the DS RRset/);
  });

  test('that it takes the signatures from', async () => {
    expect(await codesOf(content(2), await zoneOf(1, [ksk, zsk]))).toEqual(['cache/ds']);
  });
});

test('what was bogus before is no ground for refusal', async () => {
  const after = await zoneOf(2, [ksk2, zsk]);
  expect(await codesOf(after, await zoneOf(1, [ksk, zsk]), { ds: [dsText(ksk2)] })).toEqual([
    'cache/previous-bogus',
  ]);
});

test('the serial must grow', async () => {
  expect(await codesOf(await zoneOf(1, [ksk, zsk]), await zoneOf(1, [ksk, zsk]))).toEqual(['cache/serial']);
});

test('a previous version of another zone is refused', async () => {
  const other = content(1).replaceAll('example.', 'other.');
  await expect(cacheFindings(await zoneOf(2, [ksk, zsk]), other)).rejects.toMatchObject({
    code: 'verify/other-zone',
  });
});
