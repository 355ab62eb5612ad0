import { expect, test } from '@jest/globals';
import { rdataToText } from '../../../src/rr/rdata.ts';
import { Type } from '../../../src/rr/registry.ts';
import { SignedZoneText } from '../../support/signed-zone-text.ts';
import { NOW, signText } from '../../support/sign-text.ts';
import { ed25519Key, type TestKey } from '../../support/test-keys.ts';
import { codesOf, verifyText } from '../../support/verify-file.ts';
import { zoneToText } from '../../support/zone-text.ts';

const ksk = ed25519Key('ksk', 'the KSK of the trap');
const zsk = ed25519Key('zsk', 'the ZSK of the trap');
const content = `
example. 3600 IN SOA ns1.example. hostmaster.example. 1 7200 3600 1209600 300
example. 3600 IN NS ns1.example.
example. 3600 IN NS ns2.example.
ns1.example. 3600 IN A 192.0.2.1
ns2.example. 3600 IN A 192.0.2.2
`;

/** Where the public key starts in the RDATA, and its words of two octets. */
const PUBLIC_KEY = 4;
const WORDS = 16;

/** DNSKEYs with the tag of a key: the tag is a sum of words (RFC 4034 appendix B), which stand in another order here. */
function sameTag({ dnskeyRdata }: TestKey, count: number): string[] {
  const found = new Set<string>();
  for (let a = 0; a < WORDS; a++)
    for (let b = a + 1; b < WORDS; b++)
      for (let c = b + 1; c < WORDS && found.size < count; c++) {
        const rdata = Uint8Array.from(dnskeyRdata);
        const word = (i: number): Uint8Array => dnskeyRdata.slice(PUBLIC_KEY + 2 * i, PUBLIC_KEY + 2 * i + 2);
        rdata.set(word(b), PUBLIC_KEY + 2 * a);
        rdata.set(word(c), PUBLIC_KEY + 2 * b);
        rdata.set(word(a), PUBLIC_KEY + 2 * c);
        found.add(rdataToText(Type.DNSKEY, rdata));
      }
  return [...found];
}

/** The zone with keys that have the tag of its ZSK. */
async function zoneWithSameTags(count: number): Promise<SignedZoneText> {
  const { zone } = await signText(content, { keys: [ksk, zsk] });
  const text = new SignedZoneText(zoneToText(zone));
  for (const rdata of sameTag(zsk, count)) text.add(`example. 3600 IN DNSKEY ${rdata}`);
  text.sign('example.', 'DNSKEY', ksk);
  return text;
}

/** Signatures of the ZSK over the address of a name server that nobody can verify, each another one. */
function addBadSignatures(zone: SignedZoneText, count: number): void {
  const good = zone.record('ns1.example.', 'RRSIG A');
  for (let i = 0; i < count; i++) {
    const octets = Buffer.alloc(64, 1);
    octets.writeUInt32BE(i);
    zone.add(good.replace(/ \S+$/, ` ${octets.toString('base64')}`));
  }
}

test('two keys of one tag are noted, more are an error', async () => {
  const two = await verifyText((await zoneWithSameTags(1)).toString(), { at: NOW });
  expect(codesOf(two, 'error').filter((code) => code !== 'dnskey/malformed')).toEqual([]);
  expect(codesOf(two, 'note')).toContain('dnskey/same-tag');
  const three = await verifyText((await zoneWithSameTags(2)).toString(), { at: NOW });
  expect(codesOf(three, 'error')).toContain('dnskey/many-same-tag');
  expect(codesOf(three, 'error')).not.toContain('rrsig/too-many-tries');
});

test('no more keys are tried than validators do, and they are the cause', async () => {
  const report = await verifyText((await zoneWithSameTags(8)).toString(), { at: NOW });
  expect(codesOf(report, 'error')).toEqual(
    expect.arrayContaining(['dnskey/many-same-tag', 'rrsig/too-many-tries']),
  );
  expect(report.causes.map(({ root }) => root.code)).not.toContain('rrsig/too-many-tries');
  // That over the DNSKEY RRset alone.
  expect(report.signaturesVerified).toBe(1);
});

test('no more signatures of an RRset are tried than validators do', async () => {
  const zone = await zoneWithSameTags(0);
  addBadSignatures(zone, 20);
  const report = await verifyText(zone.toString(), { at: NOW });
  const codes = report.findings.map(({ code, found }) => `${code} ${found.split(',')[0]!}`);
  const count = (code: string): number => codes.filter((one) => one.startsWith(code)).length;
  // The good one is among the 21, tried or not.
  expect(count('rrsig/too-many-tries') + count('rrsig/redundant rrsig/too-many-tries')).toBe(13);
  expect(count('rrsig/invalid') + count('rrsig/redundant rrsig/invalid')).toBeGreaterThanOrEqual(7);
});

test('many keys of one tag with many signatures do not keep us busy', async () => {
  const zone = await zoneWithSameTags(500);
  addBadSignatures(zone, 1000);
  const begin = performance.now();
  const report = await verifyText(zone.toString(), { at: NOW });
  // All pairs are half a million, which take half a minute or more.
  expect(performance.now() - begin).toBeLessThan(15_000);
  expect(report.ok).toBe(false);
});
