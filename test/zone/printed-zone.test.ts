import { describe, expect, test } from '@jest/globals';
import { ByteBuffer } from '../../src/dns/byte-buffer.ts';
import { nameFromText } from '../../src/dns/name.ts';
import {
  foundLines,
  newPrintedTask,
  prepareReadingPrinted,
  rowCount,
} from '../../src/dnssec/printed-jobs.ts';
import { rdataToText } from '../../src/rr/rdata.ts';
import { Type } from '../../src/rr/registry.ts';
import type { PrintedZone } from '../../src/zone/printed-zone.ts';
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

const SIGNED = 'www.example.\t60\tIN\tA\t192.0.2.1\n';
const RRSIG =
  'www.example.\t60\tIN\tRRSIG\tA 13 2 60 20260301000000 20260101000000 4711 example. c2lnbmF0dXJlIQ==\n';

const octets = (text: string): Uint8Array => new TextEncoder().encode(text);
const written = (text: string): ByteBuffer => {
  const out = new ByteBuffer();
  out.ascii(text);
  return out;
};

/** The lines of a text, of which threads read so many rows at once; the last ones first. */
function linesOf(text: string, rows = Infinity): ReturnType<typeof foundLines> {
  const task = newPrintedTask(octets(text), nameFromText('example.'));
  const read = prepareReadingPrinted(task);
  const count = rowCount(task.text);
  const firsts = Array.from({ length: Math.ceil(count / Math.min(rows, count)) }, (_, i) =>
    i === 0 ? 0 : i * rows,
  );
  for (const first of firsts.reverse()) read(first, Math.min(first + rows, count));
  return foundLines(task);
}

function printed(text = TEXT, rows = Infinity): PrintedZone {
  const found = linesOf(text, rows);
  if (found === undefined) throw new Error('not as it is printed');
  return found.printed;
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
    const typeStart = zone.lineEnd(4) - 'A\t192.0.2.1'.length;
    expect(zone.endsWith(4, typeStart, written('A\t192.0.2.1'))).toBe(true);
    expect(zone.endsWith(4, typeStart, written('A\t192.0.2.2'))).toBe(false);
    expect(zone.endsWith(4, typeStart, written('A\t192.0.2.'))).toBe(false);
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

  test('has any number of lines', () => {
    const many = Array.from({ length: 3000 }, (_, i) => `${i}.\t0\tIN\tA\t192.0.2.1\n`).join('');
    const zone = printed(many);
    expect(zone.ownerCount).toBe(3000);
    expect(zone.lineStarts[2999]).toBe(many.lastIndexOf('2999'));
    expect(zone.findOwner(written('1234.'), 0)).toBe(1234);
  });

  test.each([1, 2, 5, 100])('is the same zone where threads read %d rows at once', (rows) => {
    const long = `a.\t0\tIN\tTYPE65280\t\\# 9000 ${'ab'.repeat(9000)}\n`;
    const owners = Array.from({ length: 1500 }, (_, i) => `${i >> 3}.\t0\tIN\tA\t192.0.2.${i & 7}\n`).join(
      '',
    );
    const text = `${owners}${long}${owners}${SIGNED}${RRSIG}${RRSIG.replace('IN', 'CH')}${RRSIG}${long}${RRSIG}`;
    const [whole, parts] = [linesOf(text), linesOf(text, rows)];
    expect(parts?.printed.lineTypes.length).toBe(3007);
    expect(parts?.printed).toEqual(whole?.printed);
    const { rdata, rdataStarts, rdataLengths } = parts!.rrsigs;
    expect(parts?.rrsigs.rdataLengths).toEqual(whole?.rrsigs.rdataLengths);
    // Of those that follow none or one of another head, nothing is known.
    expect(Array.from(rdataLengths).flatMap((length, line) => (length > 0 ? [line] : []))).toEqual([3002]);
    expect(
      rdataToText(Type.RRSIG, rdata.slice(rdataStarts[3002], rdataStarts[3002]! + rdataLengths[3002]!)),
    ).toBe(RRSIG.trimEnd().split('\t').at(-1));
  });

  test.each([
    ['a comment', '; text\n'],
    ['a directive', '$TTL 60\n'],
    ['spaces', 'www.example. 60 IN A 192.0.2.1\n'],
    ['a type that nobody knows', 'www.example.\t60\tIN\tNOTHING\t192.0.2.1\n'],
    ['a line that does not end', 'www.example.\t60\tIN\tA\t192.0.2.1'],
    ['an empty line', '\n'],
    ['shorter than any', '.\t\t\tA\t\n'],
    ['a signature that is no base64', `${SIGNED}${RRSIG.replace('=', '.')}`],
    ['a tab for an owner', '\t60\tIN\tA\t192.0.2.1\n'],
  ])('has no line that is %s', (_, line) => {
    expect(linesOf(line)).toBeUndefined();
    expect(linesOf(`${TEXT}${line}`)).toBeUndefined();
  });
});
