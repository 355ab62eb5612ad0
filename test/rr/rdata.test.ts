import { describe, expect, it } from '@jest/globals';
import { ByteBuffer } from '../../src/dns/byte-buffer.ts';
import { fromHex, toHex } from '../../src/dns/encoding.ts';
import { nameFromText, nameToText } from '../../src/dns/name.ts';
import { Tokenizer } from '../../src/dns/tokenizer.ts';
import {
  hasLowerCaseNames,
  lowerCaseRdata,
  parseRdata,
  printRdata,
  rdataFromText,
  rdataToText,
  validateRdata,
} from '../../src/rr/rdata.ts';
import {
  className,
  findClass,
  findType,
  Type,
  typeByCode,
  typeDefinitions,
  typeName,
} from '../../src/rr/registry.ts';

const word = (text: string): [Uint8Array, number, number] => [new TextEncoder().encode(text), 0, text.length];

/** Parses the RDATA of `text` behind what is in `out` already. */
function parseInto(out: ByteBuffer, type: number, text: string): void {
  parseRdata(type, new Tokenizer(new TextEncoder().encode(text), 'zone', nameFromText('example.')), out);
}

describe('type and class words', () => {
  it.each([
    ['a', 1],
    ['NSEC3PARAM', 51],
    ['NSAP-PTR', 23],
    ['type65535', 65535],
    ['TYPE1', 1],
    ['TYPE0', 0],
    ['TYPE65536', -1],
    ['TYPE', -1],
    ['TYPE1x', -1],
    ['NOPE', -1],
    ['', -1],
  ])('type %s is %d', (text, code) => {
    expect(findType(...word(text))).toBe(code);
  });

  it.each([
    ['IN', 1],
    ['ch', 3],
    ['HS', 4],
    ['CLASS32', 32],
    ['CLASS', -1],
    ['ANY', -1],
  ])('class %s is %d', (text, code) => {
    expect(findClass(...word(text))).toBe(code);
  });

  it('names what it knows, and numbers the rest', () => {
    expect([typeName(Type.AAAA), typeName(23), typeName(32769), typeName(999)]).toEqual([
      'AAAA',
      'NSAP-PTR',
      'DLV',
      'TYPE999',
    ]);
    expect([className(1), className(32)]).toEqual(['IN', 'CLASS32']);
  });

  it('finds every definition under its code', () => {
    for (const definition of typeDefinitions) expect(typeByCode(definition.code)).toBe(definition);
    expect(new Set(typeDefinitions.map(({ code }) => code)).size).toBe(typeDefinitions.length);
  });
});

describe('RDATA for unknown types (RFC 3597)', () => {
  it('is all that an unknown type understands', () => {
    expect(toHex(rdataFromText(731, '\\# 6 abcd ( ef 01 23 45 )'))).toBe('ABCDEF012345');
    expect(rdataToText(731, fromHex('abcdef012345'))).toBe('\\# 6 ABCDEF012345');
    expect(rdataToText(731, new Uint8Array(0))).toBe('\\# 0');
    expect(() => rdataFromText(731, '192.0.2.1')).toThrow('must be written as');
  });

  it('is checked against the fields of a known type', () => {
    expect(toHex(rdataFromText(Type.A, '\\# 4 c0000201'))).toBe('C0000201');
    expect(() => rdataFromText(Type.A, '\\# 3 c00002')).toThrow('too early');
    expect(() => rdataFromText(Type.A, '\\# 5 c000020100')).toThrow('left over');
    expect(() => rdataFromText(Type.NS, '\\# 2 c000')).toThrow('must not be compressed');
  });

  it('has as many octets as it announces', () => {
    expect(() => rdataFromText(731, '\\# 3 abcd')).toThrow('3 octets of RDATA are announced');
    expect(() => rdataFromText(731, '\\# 1 abcd')).toThrow('1 octets of RDATA are announced');
    expect(() => rdataFromText(731, '\\# 2 abc')).toThrow('odd number');
    expect(() => rdataFromText(731, '\\#')).toThrow('length of the RDATA is missing');
  });

  it('is a string where it is quoted', () => {
    expect(toHex(rdataFromText(Type.TXT, '"\\#"'))).toBe('0123');
  });

  it('shows RDATA that does not fit its type', () => {
    expect(rdataToText(Type.A, fromHex('c00002'))).toBe('\\# 3 C00002');
    expect(rdataToText(Type.MX, fromHex('000a01'))).toBe('\\# 3 000A01');
    expect(() => validateRdata(Type.A, fromHex('c00002'), 0, 3)).toThrow('too early');
  });
});

describe('parsing', () => {
  it('completes relative names with the origin', () => {
    const out = new ByteBuffer();
    parseInto(out, Type.MX, '10 mail');
    expect(nameToText(out.bytes, 2)).toBe('mail.example.');
    expect(toHex(rdataFromText(Type.NS, '@', nameFromText('example.')))).toBe('076578616D706C6500');
  });

  it('leaves the buffer as it was on an error, and says where the error is', () => {
    const out = new ByteBuffer();
    out.u32(42);
    expect(() => parseInto(out, Type.SOA, '(a b\n 1 2 3\n 4 x)')).toThrow(
      expect.objectContaining({
        code: 'syntax/number',
        location: { file: 'zone', line: 3, column: 4 },
      }),
    );
    expect(toHex(out.view())).toBe('0000002A');
  });

  it.each([
    ['A', '192.0.2.1 192.0.2.2', 'left over'],
    ['NS', '', 'NSDNAME is missing'],
    ['MX', 'mail', 'PREFERENCE must be a number'],
    ['MX', '65536 mail', '65535 at the most'],
    ['TXT', '', 'TXT-DATA is missing'],
    ['DS', '1 8 2 AABB', 'makes 32 octets'],
    ['DNSKEY', '257 3 NOPE AQID', 'Algorithm must be a number'],
    ['DNSKEY', '257 3 254 AQID', 'object identifier'],
    ['NSEC', 'b NS NOPE', 'is no RR type'],
    ['NSEC3', '1 0 0 - 0', 'middle of an octet'],
    ['CDNSKEY', '257 3 8 0', 'groups of four'],
    ['A6', '0 ::1 name', 'prefix name exactly'],
    ['A6', '64 ::1', 'prefix name exactly'],
    ['LOC', '91 N 0 E 0', 'beyond 90 degrees'],
    ['NSAP', '47.0005', '0x'],
    ['X25', '311', 'four decimal digits'],
    ['IPN', '4294967296.1', '64 bits'],
    ['SVCB', '1 . port=53 port=54', 'given twice'],
    ['SVCB', '1 . mandatory=port', 'which is missing'],
    ['SVCB', '1 . no-default-alpn', 'needs "alpn"'],
    ['SVCB', '1 . "port=53"', 'around the value only'],
    ['SVCB', '1 . alpn="h2"x', 'follow the closing quote'],
    ['SVCB', '1 . Port=53', 'is no SvcParamKey'],
  ] as const)('refuses %s %s', (mnemonic, text, message) => {
    expect(() => rdataFromText(Type[mnemonic], text)).toThrow(message);
  });

  it.each(['OPT', 'TKEY', 'TSIG', 'IXFR', 'AXFR', 'MAILB', 'MAILA', 'ANY', 'NXNAME'] as const)(
    'refuses %s, which is in messages only',
    (mnemonic) => {
      expect(() => rdataFromText(Type[mnemonic], '\\# 0')).toThrow('exists in messages only');
    },
  );

  it('refuses RDATA longer than 65535 octets', () => {
    const string = `"${'x'.repeat(255)}" `;
    expect(rdataFromText(Type.TXT, string.repeat(255))).toHaveLength(255 * 256);
    expect(() => rdataFromText(Type.TXT, string.repeat(257))).toThrow('longer than 65535');
  });
});

describe('printing', () => {
  it('appends at the end of the buffer, from the middle of the data', () => {
    const out = new ByteBuffer();
    out.ascii('A ');
    printRdata(Type.A, fromHex('ffc0000201ff'), 1, 5, out);
    expect(new TextDecoder().decode(Uint8Array.from(out.view()))).toBe('A 192.0.2.1');
  });

  it('puts no blank behind an empty list', () => {
    expect(rdataToText(Type.NSEC3, fromHex('010000000001AA'))).toBe('1 0 0 - L8');
    expect(rdataToText(Type.APL, new Uint8Array(0))).toBe('');
  });
});

describe('canonical form', () => {
  it('lower-cases names of the types of RFC 4034 section 6.2 as corrected by RFC 6840 section 5.1', () => {
    const names = typeDefinitions
      .filter(({ code }) => hasLowerCaseNames(code))
      .map(({ code }) => typeName(code));
    expect(names.sort()).toEqual(
      'A6 AFSDB CNAME DNAME KX MB MD MF MG MINFO MR MX NAPTR NS NXT PTR PX RP RRSIG RT SIG SOA SRV'.split(
        ' ',
      ),
    );
  });

  it('touches nothing but names', () => {
    const rdata = fromHex('00410042' + '0141' + '0142' + '00' + '034E733100');
    lowerCaseRdata(Type.NAPTR, rdata, 0, rdata.length);
    expect(toHex(rdata)).toBe('004100420141014200036E733100');
  });
});
