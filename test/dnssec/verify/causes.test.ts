import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Denial } from '../../../src/dnssec/denial.ts';
import { rdataToText } from '../../../src/rr/rdata.ts';
import { Type } from '../../../src/rr/registry.ts';
import { SignedZoneText } from '../../support/signed-zone-text.ts';
import { DAY, NOW, NSEC, NSEC3, OPT_OUT, signText } from '../../support/sign-text.ts';
import { ed25519Key } from '../../support/test-keys.ts';
import { verifyText, type VerifyFileOptions } from '../../support/verify-file.ts';
import { zoneToText } from '../../support/zone-text.ts';

const ksk = ed25519Key('ksk', 'the KSK of causes');
const zsk = ed25519Key('zsk', 'the ZSK of causes');

const HOSTS = 200;
const content = `
example. 3600 IN SOA ns1.example. hostmaster.example. 1 7200 3600 1209600 300
example. 3600 IN NS ns1.example.
example. 3600 IN NS ns2.example.
ns1.example. 3600 IN A 192.0.2.1
ns2.example. 3600 IN A 192.0.2.2
${Array.from({ length: HOSTS }, (_, i) => `host${i}.example. 3600 IN AAAA 2001:db8::${i.toString(16)}`).join('\n')}
`;

/** Codes of the errors and warnings, each with the number of findings that have this cause. */
async function causesOf(text: string, options: VerifyFileOptions = {}): Promise<[string, number][]> {
  const { causes, findings } = await verifyText(text, { at: NOW, ...options });
  // Nothing is lost, and nothing is told twice.
  expect(causes.flatMap(({ members }) => members).length).toBe(findings.length);
  expect(new Set(causes.flatMap(({ members }) => members))).toEqual(new Set(findings));
  return causes
    .filter(({ root }) => root.severity !== 'note')
    .map(({ root, members }) => [root.code, members.length]);
}

describe.each<[string, Denial]>([
  ['NSEC', NSEC],
  ['NSEC3', NSEC3],
  ['opt-out', OPT_OUT],
])('one root is one finding, with %s', (_, denial) => {
  let signed = '';
  /** RRSIG records: a signature a host and a denial record a host, the rest is 6 RRsets (7 with NSEC3PARAM) and 3 denial records. */
  const signatures = 2 * HOSTS + (denial.kind === 'nsec' ? 8 : 9);

  beforeAll(async () => {
    signed = zoneToText((await signText(content, { keys: [ksk, zsk], denial })).zone);
  });

  test('a ZSK that is missing', async () => {
    const zone = new SignedZoneText(signed);
    const zskText = rdataToText(Type.DNSKEY, zsk.dnskeyRdata);
    zone.lines = zone.lines.filter((line) => !line.includes(zskText));
    zone.sign('example.', 'DNSKEY', ksk);
    // Each RRset but the DNSKEY RRset has an unknown signature, and no other.
    expect(await causesOf(zone.toString())).toEqual([['dnskey/missing', 2 * (signatures - 1)]]);
  });

  test('a ZSK that was deleted from the file', async () => {
    const zone = new SignedZoneText(signed);
    const zskText = rdataToText(Type.DNSKEY, zsk.dnskeyRdata);
    zone.lines = zone.lines.filter((line) => !line.includes(zskText));
    // The signature over the DNSKEY RRset does not fit any more either.
    expect(await causesOf(zone.toString())).toEqual([['dnskey/missing', 2 * (signatures - 1) + 2]]);
    expect(await causesOf(zone.toString(), { ds: [`${ksk.keyTag} 15 2 ${'00'.repeat(32)}`] })).toEqual([
      ['dnskey/missing', 2 * (signatures - 1) + 3],
    ]);
  });

  test('a clock that is an hour off', async () => {
    // The DNSKEY RRset is not signed by any key then.
    const early = NOW - 3601;
    expect(await causesOf(signed, { at: early })).toEqual([['timing/clock', signatures + 1]]);
    expect(await causesOf(signed, { at: early - DAY })).toEqual([['rrsig/not-yet-valid', signatures + 1]]);
    const late = NOW + 30 * DAY + 3600;
    expect(await causesOf(signed, { at: late })).toEqual([['rrsig/expired', signatures + 1]]);
  });

  test('a zone that was edited after it was signed', async () => {
    const zone = new SignedZoneText(signed);
    zone.edit('example.', 'SOA', ' 1 7200', ' 2 7200');
    zone.edit('host7.example.', 'AAAA', '2001:db8::7', '2001:db8::77');
    zone.add('host7.example. 3600 IN A 192.0.2.77', 'new.example. 3600 IN A 192.0.2.78');
    zone.remove('host9.example.', 'AAAA');
    // Two signatures that do not fit, one over nothing, two that are missing; a bitmap, and names too many and too few.
    const [[code, count], ...others] = (await causesOf(zone.toString())) as [[string, number]];
    expect([code, others]).toEqual(['zone/edited', []]);
    expect(count).toBeGreaterThanOrEqual(8);
  });

  test('a DNSKEY RRset that nobody signs', async () => {
    const zone = new SignedZoneText(signed);
    zone.remove('example.', 'RRSIG DNSKEY');
    const ds = [`${ksk.keyTag} 15 2 ${'00'.repeat(32)}`];
    expect(await causesOf(zone.toString(), { ds })).toEqual([['dnskey/not-self-signed', 3]]);
  });

  test('several roots are several findings', async () => {
    const zone = new SignedZoneText(signed);
    zone.sign('ns1.example.', 'A', zsk, { expiration: NOW - 1 });
    zone.addSignature('ns2.example.', 'A', ed25519Key('zsk', 'a stranger'));
    zone.edit('host7.example.', 'AAAA', '2001:db8::7', '2001:db8::77');
    expect(await causesOf(zone.toString())).toEqual([
      ['rrsig/invalid', 1],
      ['rrsig/expired', 1],
      ['rrsig/unknown-key', 1],
    ]);
  });
});
