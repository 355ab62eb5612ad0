import { describe, expect, test } from '@jest/globals';
import { nameFromText } from '../../src/dns/name.ts';
import { readDnskey, REVOKE_FLAG, writeDnskey } from '../../src/dnssec/dnskey.ts';
import { zoneContent, type ContentRequest, type ZoneContent } from '../../src/dnssec/zone-content.ts';
import { rdataToText } from '../../src/rr/rdata.ts';
import { Type, typeName } from '../../src/rr/registry.ts';
import { parseZone } from '../../src/zone/parse-zone.ts';
import { NSEC, NSEC3, OPT_OUT } from '../support/sign-text.ts';
import { ed25519Key } from '../support/test-keys.ts';
import { recordLines, unindent, zoneToText } from '../support/zone-text.ts';

const ORIGIN = nameFromText('example.');
const KEY = ed25519Key('ksk', 'ours').dnskeyRdata;
const OTHER = ed25519Key('zsk', 'of somebody else').dnskeyRdata;
const keyText = (rdata: Uint8Array): string => rdataToText(Type.DNSKEY, rdata);
const dnskey = (rdata: Uint8Array, owner = '@'): string => `${owner} DNSKEY ${keyText(rdata)}\n`;

const PLAIN = ['example. 3600 IN NS ns.other.', 'example. 900 IN SOA ns.example. h.example. 1 2 3 4 5'];
const APEX = unindent(`
  $TTL 3600
  @ 900 IN SOA ns h 1 2 3 4 5
  @ IN NS ns.other.
`);

function content(text: string, request: Partial<ContentRequest> = {}): ZoneContent {
  const parsed = parseZone({ file: 'zone', bytes: new TextEncoder().encode(text) }, { origin: ORIGIN });
  return zoneContent(parsed.store, {
    origin: ORIGIN,
    zoneClass: parsed.zoneClass,
    ownKeys: [],
    apexRecords: [],
    denial: NSEC,
    ...request,
  });
}

const lines = ({ zone }: ZoneContent): string[] => recordLines(zoneToText(zone));
const dropped = (result: ZoneContent): Record<string, number> =>
  Object.fromEntries([...result.dropped].map(([type, count]) => [typeName(type), count]));

describe('zoneContent', () => {
  test('leaves a plain zone as it is', () => {
    const result = content(APEX);
    expect(lines(result)).toEqual(PLAIN);
    expect(dropped(result)).toEqual({});
  });

  test('drops what signing makes, wherever it stands', () => {
    const result = content(
      APEX +
        unindent(`
          @ RRSIG SOA 15 1 900 20300101000000 20200101000000 1 example. AAAA
          a RRSIG A 15 2 900 20300101000000 20200101000000 1 example. AAAA
          @ NSEC a A
          @ NSEC3PARAM 1 0 0 -
          ${'0'.repeat(32)} NSEC3 1 0 0 - ${'0'.repeat(32)} A
          @ ZONEMD 1 1 1 ${'00'.repeat(48)}
          @ ZONEMD 1 1 2 ${'00'.repeat(64)}
        `),
    );
    expect(lines(result)).toEqual(PLAIN);
    expect(dropped(result)).toEqual({ RRSIG: 2, NSEC: 1, NSEC3PARAM: 1, NSEC3: 1, ZONEMD: 2 });
  });

  test('keeps the DNSKEYs of other signers (RFC 8901)', () => {
    const result = content(APEX + dnskey(OTHER), { ownKeys: [KEY] });
    expect(lines(result)).toEqual([`example. 3600 IN DNSKEY ${keyText(OTHER)}`, ...PLAIN]);
    expect(dropped(result)).toEqual({});
  });

  test('drops DNSKEYs of our own keys, whether published now or not', () => {
    const result = content(APEX + dnskey(KEY) + dnskey(OTHER), { ownKeys: [KEY, OTHER] });
    expect(lines(result)).toEqual(PLAIN);
    expect(dropped(result)).toEqual({ DNSKEY: 2 });
  });

  test('knows our keys under other flags: a revoked one, a KSK that was a ZSK', () => {
    const fields = readDnskey(KEY);
    const revoked = writeDnskey({ ...fields, flags: fields.flags | REVOKE_FLAG });
    const asZsk = writeDnskey({ ...fields, flags: 256 });
    const result = content(APEX + dnskey(revoked) + dnskey(asZsk), { ownKeys: [KEY] });
    expect(lines(result)).toEqual(PLAIN);
  });

  test('knows our keys by algorithm and by every octet', () => {
    const fields = readDnskey(KEY);
    const otherAlgorithm = writeDnskey({ ...fields, algorithm: 100 });
    const longer = writeDnskey({ ...fields, publicKey: Uint8Array.of(...fields.publicKey, 0) });
    const ownKeys = [KEY, longer];
    expect(lines(content(APEX + dnskey(otherAlgorithm), { ownKeys }))).toHaveLength(3);
    expect(lines(content(APEX + dnskey(KEY), { ownKeys: [longer] }))).toHaveLength(3);
  });

  test('keeps the CDS and CDNSKEY of the input', () => {
    const result = content(`${APEX}@ CDS 0 0 0 00\n@ CDNSKEY 0 3 0 AA==\n`);
    expect(lines(result)).toEqual([
      'example. 3600 IN CDNSKEY 0 3 0 AA==',
      'example. 3600 IN CDS 0 0 0 00',
      ...PLAIN,
    ]);
  });

  test('adds what the apex is to have, once', () => {
    const record = { type: Type.DNSKEY, ttl: 60, rdata: KEY };
    const result = content(APEX + dnskey(KEY), { ownKeys: [KEY], apexRecords: [record, record] });
    expect(lines(result)).toEqual([`example. 60 IN DNSKEY ${keyText(KEY)}`, ...PLAIN].sort());
  });

  test.each([
    ['NSEC', NSEC, []],
    ['NSEC3', NSEC3, ['example. 900 IN NSEC3PARAM 1 0 0 -']],
    ['opt-out', OPT_OUT, ['example. 900 IN NSEC3PARAM 1 0 0 -']],
    [
      'salt and iterations',
      { ...OPT_OUT, iterations: 5, salt: Uint8Array.of(0xab) },
      ['example. 900 IN NSEC3PARAM 1 0 5 AB'],
    ],
  ] as const)('adds NSEC3PARAM where the denial asks for it: %s', (_, denial, added) => {
    expect(lines(content(APEX, { denial })).filter((line) => line.includes('NSEC3PARAM'))).toEqual(added);
  });

  test.each([
    [1, 48],
    [2, 64],
  ] as const)('adds a ZONEMD of hash algorithm %i with room for its digest', (zonemd, length) => {
    const { zone } = content(`${APEX}@ ZONEMD 1 1 1 ${'00'.repeat(48)}\n`, { zonemd });
    const rrset = zone.apexRrset(Type.ZONEMD);
    expect(zone.rdatasOf(rrset).map((rdata) => [...rdata])).toEqual([
      [0, 0, 0, 0, 1, zonemd, ...new Uint8Array(length)],
    ]);
    expect(zone.rrsetTtls[rrset]).toBe(900);
  });

  test('leaves out what it is told to', () => {
    const result = content(`outside.com. 60 IN A 192.0.2.1\n${APEX}`, { leaveOut: new Set([0]) });
    expect(lines(result)).toEqual(PLAIN);
    expect(dropped(result)).toEqual({});
  });
});
