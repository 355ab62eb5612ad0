import { describe, expect, test } from '@jest/globals';
import { nameToText } from '../../src/dns/name.ts';
import { parseZoneName } from '../../src/io/zone-name.ts';

describe('a zone name', () => {
  // A-labels by Python's idna codec.
  test.each([
    ['example.com', 'example.com.'],
    ['Example.COM.', 'example.com.'],
    ['.', '.'],
    ['_tcp.example.com', '_tcp.example.com.'],
    ['a\\.b.example', 'a\\.b.example.'],
    ['a\\032b.example', 'a\\032b.example.'],
    ['0-127.2.0.192.in-addr.arpa', '0-127.2.0.192.in-addr.arpa.'],
    ['bücher.example', 'xn--bcher-kva.example.'],
    ['BÜCHER.Example.', 'xn--bcher-kva.example.'],
    ['_dmarc.bücher.example', '_dmarc.xn--bcher-kva.example.'],
    ['bücher。example', 'xn--bcher-kva.example.'],
    ['例え.テスト', 'xn--r8jz45g.xn--zckzah.'],
    ['１２３.example', '123.example.'],
  ])('%j', (text, expected) => {
    expect(nameToText(parseZoneName(text))).toBe(expected);
  });

  test.each([
    ['', 'a name is missing'],
    ['a..b', 'empty label'],
    ['ü..b', 'empty label'],
    ['x'.repeat(64), 'a label of 64 octets is longer than 63'],
    ['ü b.example', '"ü b" is no internationalized label'],
    ['ü\u0000.example', 'is no internationalized label'],
  ])('%j is none', (text, reason) => {
    expect(() => parseZoneName(text)).toThrow(reason);
    expect(() => parseZoneName(text)).toThrow(/^"[^"]*" is no zone name: (?!.*zone name)/);
  });
});
