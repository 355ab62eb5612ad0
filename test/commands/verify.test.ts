import { beforeAll, describe, expect, test } from '@jest/globals';
import { makeDs } from '../../src/dnssec/ds.ts';
import { describeFinding } from '../../src/dnssec/verify/findings.ts';
import { nameFromText } from '../../src/dns/name.ts';
import { nodeCrypto } from '../../src/io/crypto/node-crypto.ts';
import { rdataToText } from '../../src/rr/rdata.ts';
import { Type } from '../../src/rr/registry.ts';
import { SignedZoneText } from '../support/signed-zone-text.ts';
import { DAY, NOW, signText } from '../support/sign-text.ts';
import { ed25519Key, type TestKey } from '../support/test-keys.ts';
import { codesOf, verifyText, type VerifyFileOptions } from '../support/verify-file.ts';
import { zoneToText } from '../support/zone-text.ts';

const ksk = ed25519Key('ksk', 'the KSK of the command');
const zsk = ed25519Key('zsk', 'the ZSK of the command');
const other = ed25519Key('ksk', 'another KSK');

const content = `
example. 3600 IN SOA ns1.example. hostmaster.example. 1 7200 3600 1209600 300
example. 3600 IN NS ns1.example.
example. 3600 IN NS ns2.example.org.
ns1.example. 3600 IN A 192.0.2.1
`;

const dsText = (key: TestKey, digestType = 2): string =>
  rdataToText(Type.DS, makeDs(nameFromText('example.'), key.dnskeyRdata, digestType, nodeCrypto));
const dnskeyText = (key: TestKey): string => rdataToText(Type.DNSKEY, key.dnskeyRdata);

let signed = '';

beforeAll(async () => {
  signed = zoneToText((await signText(content, { keys: [ksk, zsk] })).zone);
});

const codes = async (options: VerifyFileOptions): Promise<string[]> => {
  const report = await verifyText(signed, { at: NOW, ...options });
  return [...codesOf(report, 'error'), ...codesOf(report, 'warning'), ...codesOf(report, 'note')];
};

test('the report counts, and is ready for JSON', async () => {
  const report = await verifyText(signed, { at: NOW });
  expect(JSON.parse(JSON.stringify(report))).toEqual({
    zone: 'example.',
    file: 'zone',
    time: NOW,
    ok: true,
    findings: [],
    causes: [],
    // SOA, 2 NS, 2 DNSKEY, A, 2 NSEC, and a signature for each of the 6 RRsets.
    records: 14,
    rrsets: 8,
    signaturesVerified: 6,
    keys: expect.arrayContaining([
      { keyTag: ksk.keyTag, algorithm: 15, flags: 257, sep: true, revoked: false },
      { keyTag: zsk.keyTag, algorithm: 15, flags: 256, sep: false, revoked: false },
    ]),
    denial: 'nsec',
    firstExpiry: { time: NOW + 30 * DAY, owner: 'example.', type: 'NS' },
    timing: { missedRunsSurvived: 30, soaExpire: 1209600, maxTtl: 3600 },
    chain: {
      tallies: expect.arrayContaining([
        { keyTag: ksk.keyTag, algorithm: 15, key: expect.any(Number), part: 'keys', valid: 1, failed: 0 },
        // SOA, NS and A.
        { keyTag: zsk.keyTag, algorithm: 15, key: expect.any(Number), part: 'data', valid: 3, failed: 0 },
        { keyTag: zsk.keyTag, algorithm: 15, key: expect.any(Number), part: 'denial', valid: 2, failed: 0 },
      ]),
    },
  });
});

describe('times', () => {
  test('signatures are judged at the given time', async () => {
    const ending = ['rrsig/ttl-beyond-expiration', 'timing/ends-soon', 'timing/soa-expire'];
    expect(await codes({ at: NOW + 30 * DAY })).toEqual(ending);
    expect(await codes({ at: NOW + 30 * DAY - 3600 })).toEqual(ending.slice(1));
    expect(await codes({ at: NOW + 27 * DAY })).toEqual(ending.slice(2));
    // SOA EXPIRE is 14 days.
    expect(await codes({ at: NOW + 16 * DAY })).toEqual([]);
    expect(await codes({ at: NOW + 30 * DAY + 1 })).toEqual(['dnskey/not-self-signed', 'rrsig/expired']);
    expect(await codes({ at: NOW - 3600 })).toEqual(['rrsig/recent-inception']);
    expect(await codes({ at: NOW - 3601 })).toEqual(['dnskey/not-self-signed', 'rrsig/not-yet-valid']);
  });

  test('times wrap after 2106 (RFC 4034 section 3.1.5)', async () => {
    const zone = new SignedZoneText(signed);
    const late = 2 ** 32 - 100;
    for (const [owner, type, key] of [
      ['example.', 'SOA', zsk],
      ['example.', 'NS', zsk],
      ['example.', 'NSEC', zsk],
      ['example.', 'DNSKEY', ksk],
      ['ns1.example.', 'A', zsk],
      ['ns1.example.', 'NSEC', zsk],
    ] as const) {
      zone.sign(owner, type, key, { inception: late, expiration: 1000 });
    }
    const at = async (time: number): Promise<string[]> =>
      codesOf(await verifyText(zone.toString(), { at: time }), 'error');
    expect(await at(late)).toEqual([]);
    expect(await at(2 ** 32 + 1000)).toEqual([]);
    expect(await at(2 ** 32 + 1001)).toContain('rrsig/expired');
  });

  test('a least validity can be asked for', async () => {
    expect(await codes({ minimumValidity: 30 * DAY })).toEqual([]);
    expect(await codes({ minimumValidity: 30 * DAY + 1 })).toEqual(['rrsig/expires-soon']);
  });

  test('the least validity is that of the signatures that are needed', async () => {
    const zone = new SignedZoneText(signed);
    zone.addSignature('ns1.example.', 'A', zsk, { expiration: NOW + DAY });
    const report = await verifyText(zone.toString(), { at: NOW, minimumValidity: 2 * DAY });
    expect(codesOf(report, 'error')).toEqual([]);
    expect(codesOf(report, 'note')).toEqual(['rrsig/duplicate']);
    expect(report.firstExpiry?.time).toBe(NOW + 30 * DAY);
  });
});

describe('DS records', () => {
  test('come as RDATA, from a file or from standard input', async () => {
    expect(await codes({ ds: [dsText(ksk)] })).toEqual([]);
    expect(await codes({ ds: [dsText(other)] })).toEqual(['ds/no-match']);
    const dsset = `example. IN DS ${dsText(ksk)}\nother. IN DS 1 13 2 ${'00'.repeat(32)}\n`;
    expect(await codes({ ds: ['dsset-example.'], files: { 'dsset-example.': dsset } })).toEqual([]);
    expect(await codes({ ds: ['-'], files: { '-': dsset } })).toEqual([]);
    const short = `${dsText(ksk).replace(/.{8}$/, ' $&')}\n${dsText(ksk, 4)}\n`;
    expect(await codes({ ds: ['-'], files: { '-': short } })).toEqual([]);
    expect(await codes({ ds: ['-'], files: { '-': `${dsText(other)}\n` } })).toEqual(['ds/no-match']);
    await expect(codes({ ds: ['empty'], files: { empty: '; nothing\n' } })).rejects.toMatchObject({
      code: 'verify/no-records',
      location: { file: 'empty' },
    });
  });

  test('must match for each pair of algorithm and digest type', async () => {
    expect(await codes({ ds: [dsText(ksk), dsText(other)] })).toEqual(['ds/unmatched']);
    expect(await codes({ ds: [dsText(ksk), dsText(other, 4)] })).toEqual(['ds/no-match', 'ds/no-sha256']);
    expect(await codes({ ds: [dsText(ksk, 1)] })).toEqual(['ds/deprecated-digest']);
    expect(await codes({ ds: [dsText(ksk, 1), dsText(ksk)] })).toEqual([]);
  });

  test('that nobody supports make the zone insecure, not bogus', async () => {
    expect(await codes({ ds: ['1 15 99 AABB'] })).toEqual(['ds/nothing-supported', 'ds/unsupported']);
  });

  test('of a ZSK are none of a key that signs the DNSKEY RRset', async () => {
    expect(await codes({ ds: [dsText(zsk)] })).toEqual(['ds/no-match']);
  });
});

describe('trust anchors', () => {
  test.each(['DNSKEY', 'DS'])('are %s records in a file', async (type) => {
    const record = (key: TestKey): string =>
      `example. IN ${type} ${type === 'DS' ? dsText(key) : dnskeyText(key)}\n`;
    const anchors = (text: string): Promise<string[]> =>
      codes({ trustAnchors: ['anchors'], files: { anchors: text } });
    expect(await anchors(record(ksk))).toEqual([]);
    expect(await anchors(record(ksk) + record(other))).toEqual(['anchor/unmatched']);
    expect(await anchors(record(other))).toEqual(['anchor/no-match']);
  });
});

test('standard input is read once only', async () => {
  await expect(verifyText(signed, { ds: ['-', '-'] })).rejects.toMatchObject({ code: 'usage/stdin' });
});

test('the name of the zone is that of the SOA, or must be given', async () => {
  const relative = signed.replace('example.\t', '@\t');
  await expect(verifyText(relative, { at: NOW })).resolves.toMatchObject({ zone: 'zone.' });
  expect(codesOf(await verifyText(relative, { at: NOW, origin: 'example.' }), 'error')).toEqual([]);
});

test('two keys with one tag are both tried', async () => {
  const zone = new SignedZoneText(signed);
  // The sum of RFC 4034 appendix B does not see two exchanged pairs of octets.
  const twin = Uint8Array.from(zsk.dnskeyRdata);
  twin.set(zsk.dnskeyRdata.subarray(4, 6), 6);
  twin.set(zsk.dnskeyRdata.subarray(6, 8), 4);
  zone.add(`example. 3600 IN DNSKEY ${rdataToText(Type.DNSKEY, twin)}`);
  zone.sign('example.', 'DNSKEY', ksk);
  const report = await verifyText(zone.toString(), { at: NOW });
  expect(codesOf(report, 'error')).toEqual([]);
  expect(codesOf(report, 'note')).toEqual(['dnskey/same-tag']);
});

test('a finding has its place, and says in one line what is wrong and what to do', async () => {
  const zone = new SignedZoneText(signed);
  zone.sign('ns1.example.', 'A', zsk, { expiration: NOW - 1 });
  const { findings } = await verifyText(zone.toString(), { at: NOW });
  expect(findings).toHaveLength(1);
  expect(findings[0]).toEqual({
    code: 'rrsig/expired',
    severity: 'error',
    owner: 'ns1.example.',
    type: 'A',
    keyTag: zsk.keyTag,
    algorithm: 15,
    found: '2025-12-31T23:59:59Z',
    expected: '2026-01-01T00:00:00Z or later',
    reference: 'RFC 4035 section 5.3.1',
    meaning: 'the signature has expired',
    cure: 'sign the zone again',
    location: { file: 'zone', line: zone.lines.length },
  });
  expect(describeFinding(findings[0]!)).toBe(
    `ns1.example. A, key ${zsk.keyTag}, ED25519: the signature has expired: found 2025-12-31T23:59:59Z, ` +
      'expected 2026-01-01T00:00:00Z or later (RFC 4035 section 5.3.1)',
  );
  expect(findings[0]!.cure).toBe('sign the zone again');
});
