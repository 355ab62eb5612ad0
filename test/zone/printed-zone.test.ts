import { describe, expect, test } from '@jest/globals';
import { ByteBuffer } from '../../src/dns/byte-buffer.ts';
import { nameFromText } from '../../src/dns/name.ts';
import { PrintedZone } from '../../src/zone/printed-zone.ts';
import { zoneFromText, zoneToText } from '../support/zone-text.ts';

const OWNERS = ['@', 'ns', 'tab\\009and\\010feed', 'a\\.b', 'www', '*.www', 'a.www', 'zz', 'A.zz', 'b.zz'];
const TEXT = zoneToText(
  zoneFromText(
    OWNERS.map((owner) => `${owner} 60 IN TXT "a\\009tab" \n${owner} 60 IN TXT "a\\010feed"\n`).join(''),
  ),
);

const octets = (text: string): Uint8Array => new TextEncoder().encode(text);
const written = (text: string): ByteBuffer => {
  const out = new ByteBuffer();
  out.ascii(text);
  return out;
};
const findOwner = (text: string, owner: string): number =>
  new PrintedZone(octets(text)).findOwner(nameFromText(owner, nameFromText('example.')), 0);

describe('a printed zone', () => {
  test.each([...OWNERS.slice(1), 'WWW', 'a.ZZ'])('has the owner %s where its first line starts', (owner) => {
    const start = findOwner(TEXT, owner);
    expect(TEXT.slice(start).toLowerCase().startsWith(`${owner.toLowerCase()}.example.\t`)).toBe(true);
    expect(TEXT.slice(0, start).toLowerCase()).not.toContain(`\n${owner.toLowerCase()}.example.\t`);
  });

  test('begins with its apex', () => {
    expect(findOwner(TEXT, 'example.')).toBe(0);
  });

  test.each(['com.', 'aa', 'ns.ns', 'ww', 'wwww', 'c.zz', 'zzz', 'example.com.', '.'])(
    'has no owner %s',
    (owner) => {
      expect(findOwner(TEXT, owner)).toBe(-1);
    },
  );

  test.each(['', '\n', '; a comment\n', 'no tab', `${'a'.repeat(64)}.\t0\tIN\tA\t192.0.2.1\n`])(
    'has no owner where there is none: %j',
    (text) => {
      expect(findOwner(text, 'www')).toBe(-1);
    },
  );

  test('goes on like what was printed', () => {
    const zone = new PrintedZone(octets('a.\t60\tIN\na.\t61\tIN\nb.\t60\tIN'));
    expect(zone.isAt(0, written('a.\t6'), 4)).toBe(true);
    expect(zone.isAt(9, written('a.\t60'), 4)).toBe(true);
    expect(zone.isAt(9, written('a.\t60'), 5)).toBe(false);
    expect(zone.isAt(18, written('b.\t60\tIN\n'), 9)).toBe(false);
    expect(zone.behindLines(0, written('a.\t'), 3)).toBe(18);
    expect(zone.behindLines(18, written('b.\t'), 3)).toBe(27);
    expect(zone.behindLines(18, written('a.\t'), 3)).toBe(18);
  });
});
