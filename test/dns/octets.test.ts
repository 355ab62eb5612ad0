import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ByteBuffer } from '../../src/dns/byte-buffer.ts';
import { Cursor } from '../../src/dns/cursor.ts';
import {
  Base64Decoder,
  decodeBase32hex,
  fromBase64,
  fromHex,
  HexDecoder,
  printBase32hex,
  printBase64,
  printHex,
  toBase64,
  toHex,
} from '../../src/dns/encoding.ts';
import { MnemonicTable } from '../../src/dns/mnemonic-table.ts';
import { addToSerial, serialGreater } from '../../src/dns/serial.ts';
import { bytesOf, errorOf } from '../zone/zone-text.ts';

const textOf = (out: ByteBuffer): string => Buffer.from(out.copy()).toString('latin1');

describe('ByteBuffer', () => {
  test('grows as it is written to', () => {
    const out = new ByteBuffer(1);
    out.u8(1);
    out.u16(0x0203);
    out.u32(0xfffefdfc);
    out.ascii('ab');
    out.append(Uint8Array.of(9, 8, 7), 1);
    out.append(new Uint8Array(100).fill(5));
    expect([...out.copy()]).toEqual([
      1,
      2,
      3,
      255,
      254,
      253,
      252,
      97,
      98,
      8,
      7,
      ...Array.from({ length: 100 }, () => 5),
    ]);
    out.clear();
    expect(out.view()).toHaveLength(0);
  });

  test.each([0, 9, 10, 99, 100, 999_999, 1_000_000, 2 ** 31, 2 ** 32 - 1, 2 ** 48])('decimal %d', (value) => {
    const out = new ByteBuffer(1);
    out.decimal(value);
    expect(textOf(out)).toBe(String(value));
  });

  test('is memory that workers can share', () => {
    expect(new ByteBuffer(4).bytes.buffer).toBeInstanceOf(SharedArrayBuffer);
  });
});

describe('Cursor', () => {
  test('reads front to back and not past the end', () => {
    const cursor = new Cursor(Uint8Array.of(9, 1, 2, 3, 255, 255, 255, 254, 1, 97, 0, 5, 9), 1, 12);
    expect([cursor.u8(), cursor.u16(), cursor.u32()]).toEqual([1, 0x0203, 0xfffffffe]);
    expect(cursor.name()).toBe(8);
    expect(cursor.remaining).toBe(1);
    expect(errorOf(() => cursor.u16()).code).toBe('wire/short');
    expect([...cursor.rest()]).toEqual([5]);
    expect(errorOf(() => cursor.u8()).code).toBe('wire/short');
  });

  test('names may be neither compressed nor too long nor open', () => {
    expect(errorOf(() => new Cursor(Uint8Array.of(0xc0, 0)).name()).code).toBe('wire/compressed-name');
    expect(errorOf(() => new Cursor(Uint8Array.of(1, 97)).name()).code).toBe('wire/short');
    const long = Uint8Array.from([...Array.from({ length: 128 }, () => [1, 97]).flat(), 0]);
    expect(errorOf(() => new Cursor(long).name()).code).toBe('name/too-long');
  });
});

describe('encodings', () => {
  const octets = fc.uint8Array({ maxLength: 40 });

  test('base64 is that of Node', () => {
    fc.assert(
      fc.property(octets, fc.nat(40), (value, cut) => {
        const expected = Buffer.from(value).toString('base64');
        const out = new ByteBuffer(1);
        printBase64(value, 0, value.length, out);
        expect(textOf(out)).toBe(expected);
        expect(toBase64(value)).toBe(expected);
        expect(fromBase64(expected)).toEqual(value);
        const back = new ByteBuffer(1);
        const decoder = new Base64Decoder();
        const text = bytesOf(expected);
        const middle = Math.min(cut, text.length);
        decoder.add(text, 0, middle, back);
        decoder.add(text, middle, text.length, back);
        decoder.finish();
        expect(back.copy()).toEqual(value);
      }),
    );
  });

  test.each([
    'A',
    'AA',
    'AAA',
    'AA=',
    'AAA==',
    'A===',
    '====',
    'AB==',
    'AAB=',
    'AA==AAAA',
    'AA=A',
    'A*AA',
    'AA-_',
  ])('"%s" is not base64', (text) => {
    const decoder = new Base64Decoder();
    expect(
      errorOf(() => {
        decoder.add(bytesOf(text), 0, text.length, new ByteBuffer(16));
        decoder.finish();
      }).code,
    ).toBe('syntax/base64');
  });

  test('hexadecimal goes both ways', () => {
    fc.assert(
      fc.property(octets, (value) => {
        const expected = Buffer.from(value).toString('hex').toUpperCase();
        const out = new ByteBuffer(1);
        printHex(value, 0, value.length, out);
        expect(textOf(out)).toBe(expected);
        expect(toHex(value)).toBe(expected);
        expect(fromHex(expected.toLowerCase())).toEqual(value);
      }),
    );
    expect(fromHex(' 0a\nFF ')).toEqual(Uint8Array.of(10, 255));
    for (const text of ['0', '0g', '-1']) expect(errorOf(() => fromHex(text)).code).toBe('syntax/hex');
    expect(errorOf(() => fromBase64('A')).code).toBe('syntax/base64');
  });

  test('digits of one octet may stand in two words', () => {
    const decoder = new HexDecoder();
    const out = new ByteBuffer(1);
    decoder.add(bytesOf('0aF'), 0, 3, out);
    decoder.add(bytesOf('e'), 0, 1, out);
    decoder.finish();
    expect([...out.copy()]).toEqual([0x0a, 0xfe]);
    decoder.add(bytesOf('0'), 0, 1, out);
    expect(errorOf(() => decoder.finish()).code).toBe('syntax/hex');
    expect(errorOf(() => decoder.add(bytesOf('x'), 0, 1, out)).code).toBe('syntax/hex');
  });

  test('base32hex goes both ways', () => {
    fc.assert(
      fc.property(octets, (value) => {
        const out = new ByteBuffer(1);
        printBase32hex(value, 0, value.length, out);
        const back = new ByteBuffer(1);
        decodeBase32hex(out.bytes, 0, out.length, back);
        expect(back.copy()).toEqual(value);
      }),
    );
  });

  test.each([
    ['', ''],
    ['f', 'CO'],
    ['fo', 'CPNG'],
    ['foo', 'CPNMU'],
    ['foob', 'CPNMUOG'],
    ['fooba', 'CPNMUOJ1'],
    ['foobar', 'CPNMUOJ1E8'],
  ])('base32hex of "%s" is "%s" (RFC 4648 section 10, without padding)', (value, text) => {
    const out = new ByteBuffer(1);
    printBase32hex(bytesOf(value), 0, value.length, out);
    expect(textOf(out)).toBe(text);
    const back = new ByteBuffer(1);
    decodeBase32hex(bytesOf(text.toLowerCase()), 0, text.length, back);
    expect(textOf(back)).toBe(value);
  });

  test.each(['C', 'CP', 'CPN', 'CO======', 'WW', 'CPNMUO'])('"%s" is not base32hex', (text) => {
    expect(errorOf(() => decodeBase32hex(bytesOf(text), 0, text.length, new ByteBuffer(16))).code).toBe(
      'syntax/base32',
    );
  });
});

describe('serial numbers (RFC 1982)', () => {
  test.each([
    [1, 0, true],
    [0, 1, false],
    [5, 5, false],
    [0, 0xffffffff, true],
    [0x7fffffff, 0, true],
    [0x80000000, 0, false],
    [0, 0x80000000, false],
    [0x80000001, 0, false],
    [44, 0xffffff00, true],
  ])('%d is greater than %d: %s', (a, b, greater) => {
    expect(serialGreater(a, b)).toBe(greater);
  });

  test('additions wrap', () => {
    expect([addToSerial(0xffffffff, 1), addToSerial(5, 0x7fffffff)]).toEqual([0, 0x80000004]);
  });
});

test('mnemonics are found without regard to letter case', () => {
  const table = new MnemonicTable([
    ['A', 1],
    ['AAAA', 28],
    ['NSAP-PTR', 23],
  ]);
  const find = (word: string): number => table.find(bytesOf(`<${word}>`), 1, word.length + 1);
  expect(['a', 'A', 'aaaa', 'AaAa', 'nsap-ptr', 'AA', '', 'AAAAA', 'B'].map(find)).toEqual([
    1, 1, 28, 28, 23, -1, -1, -1, -1,
  ]);
});
