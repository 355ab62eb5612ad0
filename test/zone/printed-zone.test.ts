import { describe, expect, test } from '@jest/globals';
import { ByteBuffer } from '../../src/dns/byte-buffer.ts';
import { nameFromText } from '../../src/dns/name.ts';
import { Type } from '../../src/rr/registry.ts';
import { Field, PrintedZone } from '../../src/zone/printed-zone.ts';
import { zoneFromText, zoneToText } from '../support/zone-text.ts';

const TEXT = zoneToText(
  zoneFromText(`
@ 3600 IN SOA ns hostmaster 7 7200 3600 1209600 300
@ 3600 IN NS ns
www 60 IN A 192.0.2.1
www 60 IN A 192.0.2.2
www 60 IN TYPE65280 \\# 3 0a090d
tab\\009and\\010feed 60 IN TXT "a\\009tab and a\\010line feed"
ns 3600 IN AAAA 2001:db8::1
`),
);

const octets = (text: string): Uint8Array => new TextEncoder().encode(text);
const written = (text: string): ByteBuffer => {
  const out = new ByteBuffer();
  out.ascii(text);
  return out;
};

function printed(text = TEXT): PrintedZone {
  const zone = PrintedZone.of(octets(text));
  if (zone === undefined) throw new Error('not as it is printed');
  return zone;
}

describe('a printed zone', () => {
  test('is found line by line', () => {
    const zone = printed();
    const lines = TEXT.split('\n').slice(0, -1);
    expect(
      Array.from(zone.lineTypes, (_, line) => TEXT.slice(zone.lineStarts[line], zone.lineEnd(line))),
    ).toEqual(lines);
    expect(Array.from(zone.lineTypes)).toEqual([
      Type.SOA,
      Type.NS,
      Type.AAAA,
      Type.TXT,
      Type.A,
      Type.A,
      65280,
    ]);
    expect(Array.from(zone.ownerLines)).toEqual([0, 2, 3, 4, 7]);
    expect(TEXT.slice(zone.fieldStart(4, Field.Rdata), zone.lineEnd(4))).toBe('192.0.2.1');
    expect(zone.ttlOf(4)).toBe(60);
    expect([...zone.readRdata(4)]).toEqual([192, 0, 2, 1]);
    expect(zone.endsWith(4, zone.fieldStart(4, Field.Type), written('A\t192.0.2.1'))).toBe(true);
    expect(zone.endsWith(4, zone.fieldStart(4, Field.Type), written('A\t192.0.2.2'))).toBe(false);
    expect(zone.endsWith(4, zone.fieldStart(4, Field.Type), written('A\t192.0.2.'))).toBe(false);
  });

  test.each([0, 1, 2, 3, 99])(
    'has owners, whatever letters they are written with, guessed as %d or not',
    (guess) => {
      const zone = printed();
      expect(zone.findOwner(written('ns.example.'), guess)).toBe(1);
      expect(zone.findOwner(written('WWW.Example.'), guess)).toBe(3);
      expect(zone.findOwner(written('ww.example.'), guess)).toBe(-1);
      expect(zone.findOwner(written('www.example.com.'), guess)).toBe(-1);
      expect(zone.isSpelled(3, written('www.example.'))).toBe(true);
      expect(zone.isSpelled(3, written('WWW.example.'))).toBe(false);
      expect(zone.findLine(3, Type.A)).toBe(4);
      expect(zone.findLine(3, Type.TXT)).toBe(-1);
    },
  );

  test('can be read', () => {
    expect(zoneToText(printed().read(nameFromText('example.')))).toBe(TEXT);
  });

  test('has any number of lines', () => {
    const many = Array.from({ length: 3000 }, (_, i) => `${i}.\t0\tIN\tA\t192.0.2.1\n`).join('');
    const zone = printed(many);
    expect(zone.ownerCount).toBe(3000);
    expect(zone.lineStarts[2999]).toBe(many.lastIndexOf('2999'));
    expect(zone.findOwner(written('1234.'), 0)).toBe(1234);
  });

  test.each([
    ['a comment', '; text\n'],
    ['a directive', '$TTL 60\n'],
    ['spaces', 'www.example. 60 IN A 192.0.2.1\n'],
    ['a type that nobody knows', 'www.example.\t60\tIN\tNOTHING\t192.0.2.1\n'],
    ['a line that does not end', 'www.example.\t60\tIN\tA\t192.0.2.1'],
    ['an empty line', '\n'],
    ['a tab for an owner', '\t60\tIN\tA\t192.0.2.1\n'],
  ])('has no line that is %s', (_, line) => {
    expect(PrintedZone.of(octets(line))).toBeUndefined();
    expect(PrintedZone.of(octets(`${TEXT}${line}`))).toBeUndefined();
  });
});
