import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { fromHex, toHex } from '../../src/dns/encoding.ts';
import { isAtOrBelow, nameFromText } from '../../src/dns/name.ts';
import { readZonemd, writeZonemd, zoneDigest, zonemdHash } from '../../src/dnssec/zonemd.ts';
import { nodeCrypto } from '../../src/io/crypto/node-crypto.ts';
import { Type } from '../../src/rr/registry.ts';
import { parseZone } from '../../src/zone/parse-zone.ts';
import { Zone } from '../../src/zone/zone.ts';

function zoneFromText(text: string | Uint8Array, origin: string): Zone {
  const name = nameFromText(origin);
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  const { store, zoneClass } = parseZone({ file: 'zone', bytes }, { origin: name });
  return new Zone(store, {
    origin: name,
    zoneClass,
    // Appendix A.2 has a record outside of the zone.
    keep: (record) => isAtOrBelow(store.names.view(store.owners[record]!), 0, name),
  });
}

describe('zoneDigest', () => {
  test.each([
    [1, 'example.'],
    [2, 'example.'],
    [3, 'example.'],
    [4, 'uri.arpa.'],
    [5, 'root-servers.net.'],
  ])('has the digests of RFC 8976 appendix A.%i', (example, origin) => {
    const file = new URL(`../../fixtures/rfc/rfc8976-appendix-a${example}.zone`, import.meta.url);
    const zone = zoneFromText(readFileSync(file), origin);
    const known = zone
      .rdatasOf(zone.apexRrset(Type.ZONEMD))
      .map(readZonemd)
      .filter(({ scheme, hashAlgorithm }) => scheme === 1 && zonemdHash(hashAlgorithm) !== undefined);
    expect(known).not.toEqual([]);
    for (const { hashAlgorithm, digest } of known) {
      expect(toHex(zoneDigest(zone, hashAlgorithm as 1 | 2, nodeCrypto))).toBe(toHex(digest));
    }
  });

  const soa = 'example. 86400 IN SOA ns.example. admin.example. 1 1800 900 604800 86400\n';
  const ns = 'example. 86400 IN NS ns.example.\n';
  const digestOf = (text: string): string => toHex(zoneDigest(zoneFromText(text, 'example.'), 1, nodeCrypto));

  test('depends on no letter case, order or duplicate', () => {
    const plain = digestOf(soa + ns);
    expect(digestOf(ns + soa + ns)).toBe(plain);
    expect(digestOf((soa + ns).replaceAll('example', 'EXAMPLE'))).toBe(plain);
  });

  test('leaves out the ZONEMD of the apex and its signature, not those of other owners', () => {
    const rrsig = (covered: string): string =>
      `${covered} 13 1 86400 1700000000 1600000000 1 example. AAAA\n`;
    const plain = digestOf(soa + ns);
    expect(digestOf(`${soa}${ns}example. 60 IN ZONEMD 1 1 1 ${'00'.repeat(48)}\n`)).toBe(plain);
    expect(digestOf(`${soa}${ns}example. 60 IN RRSIG ${rrsig('ZONEMD')}`)).toBe(plain);
    expect(digestOf(`${soa}${ns}example. 60 IN RRSIG ${rrsig('SOA')}`)).not.toBe(plain);
    expect(digestOf(`${soa}${ns}a.example. 60 IN RRSIG ${rrsig('ZONEMD')}`)).not.toBe(plain);
    expect(digestOf(`${soa}${ns}a.example. 60 IN ZONEMD 1 1 1 ${'00'.repeat(48)}\n`)).not.toBe(plain);
  });

  test('takes each signature with its own TTL', () => {
    const signatures = (a: number, b: number): string =>
      `example. ${a} IN RRSIG SOA 13 1 86400 1700000000 1600000000 1 example. AAAA\n` +
      `example. ${b} IN RRSIG NS 13 1 86400 1700000000 1600000000 1 example. AAAA\n`;
    const digests = [signatures(60, 60), signatures(60, 61), signatures(61, 60)].map((text) =>
      digestOf(soa + ns + text),
    );
    expect(new Set(digests).size).toBe(3);
  });
});

test('ZONEMD RDATA is taken apart and put together', () => {
  const rdata = fromHex('7848B91C0101AABB');
  const fields = readZonemd(rdata);
  expect(fields).toEqual({
    serial: 2018031900,
    scheme: 1,
    hashAlgorithm: 1,
    digest: Uint8Array.of(0xaa, 0xbb),
  });
  expect(writeZonemd(fields)).toEqual(rdata);
  expect(() => readZonemd(rdata.subarray(0, 5))).toThrow('fewer than 6');
});
