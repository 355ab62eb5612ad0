import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { nameFromText } from '../../src/dns/name.ts';
import { ZonewrightError } from '../../src/errors.ts';
import { typeDefinitions, typeName } from '../../src/rr/registry.ts';
import { checkZone, outOfZoneRecords } from '../../src/zone/checks.ts';
import { parseZone } from '../../src/zone/parse-zone.ts';
import { printZone } from '../../src/zone/print-zone.ts';
import { Zone } from '../../src/zone/zone.ts';
import { bytesOf } from '../zone/zone-text.ts';

const origin = nameFromText('example.');

/** Reads octets whatever is wrong with them, and checks and prints what comes out; anything but an input error fails. */
function survive(bytes: Uint8Array): void {
  const include = (name: string): { file: string; bytes: Uint8Array } => ({
    file: name,
    bytes: bytesOf(`i 1 TXT "${name.length}"\n`),
  });
  const errors: ZonewrightError[] = [];
  const { store, zoneClass } = parseZone(
    { file: 'f', bytes },
    { origin, include, defaultTtl: 5, onError: (error) => errors.push(error) },
  );
  const lineCount = bytes.filter((octet) => octet === 10).length + 1;
  const unclear = errors.filter(
    ({ kind, message, location }) =>
      kind !== 'input' ||
      /undefined|NaN|\[object|\p{Cc}/u.test(message) ||
      !(location!.line! >= 1 && location!.line! <= lineCount && location!.column! >= 1),
  );
  expect(unclear).toEqual([]);
  const outside = new Set(outOfZoneRecords(store, origin));
  const zone = new Zone(store, { origin, zoneClass, keep: (record) => !outside.has(record) });
  checkZone(zone);
  if (zone.recordCount > 0) expect([...printZone(zone)].length).toBeGreaterThan(0);
  // Without a handler, the first error is thrown.
  if (errors.length > 0) {
    try {
      parseZone({ file: 'f', bytes }, { origin, include, defaultTtl: 5 });
      throw new Error('nothing was thrown');
    } catch (error) {
      if (!(error instanceof ZonewrightError)) throw error;
      expect([error.message, error.location]).toEqual([errors[0]!.message, errors[0]!.location]);
    }
  }
}

const special = fc.constantFrom(
  ...' \t\n\r;()"\\@$.-/#=,:*!'.split(''),
  '\\#',
  '\\032',
  '\\',
  '\\1',
  '\n ',
  '\r\n',
  '\0',
  '\x7f',
  '\xff',
  '\xef\xbb\xbf',
);
const word = fc.oneof(
  { weight: 4, arbitrary: special },
  { weight: 4, arbitrary: fc.constantFrom(...typeDefinitions.map(({ code }) => typeName(code))) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      'IN',
      'CH',
      'CLASS1',
      'TYPE65535',
      'TYPE65536',
      'TYPE',
      '$TTL',
      '$ORIGIN',
      '$INCLUDE',
      '$NOPE',
    ),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '0',
      '1',
      '255',
      '256',
      '65535',
      '65536',
      '4294967295',
      '4294967296',
      '99999999999999999999',
      '-1',
      '1h',
      '20260101000000',
      '0x10',
    ),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      'a',
      'a.b.',
      '..',
      '.',
      '192.0.2.1',
      '2001:db8::1',
      '1:192.0.2.0/24',
      'AAAA',
      'AA==',
      'alpn=h2',
      'mandatory=alpn',
      'key1="a b"',
      'x'.repeat(64),
      'x.'.repeat(130),
      'N',
      'E',
      '10m',
    ),
  },
  { weight: 1, arbitrary: fc.string({ maxLength: 8 }) },
);

/** An entry that looks like a record, with RDATA of random words. */
const entry = fc
  .tuple(
    fc.constantFrom('a', '@', '', 'b.example.', '*', 'ns', 'x.y'),
    fc.constantFrom('', '5', 'IN', '5 IN', 'IN 5'),
    word,
    fc.array(word, { maxLength: 8 }),
  )
  .map(([owner, head, type, rdata]) => `${owner} ${head} ${type} ${rdata.join(' ')}\n`);

describe('hostile input never breaks the parser', () => {
  test('any octets', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), survive), { numRuns: 1500, seed: 1 });
  });

  test('any sequence of what means something', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(word, fc.constantFrom('', ' ', '\t', '\n')), { maxLength: 60 }),
        (words) => survive(bytesOf(words.flat().join(''))),
      ),
      { numRuns: 1500, seed: 2 },
    );
  });

  test('records with RDATA of any words', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 12 }), (entries) => survive(bytesOf(entries.join('')))),
      { numRuns: 1500, seed: 3 },
    );
  });

  test('good zones with single octets changed, added or taken away', () => {
    const good = bytesOf(`$TTL 1h
@ IN SOA ns host ( 1 2h 3m ; comment
  4w 5 )
 NS ns
 MX 10 mail\\.x.a
ns A 192.0.2.1
 AAAA 2001:db8::1
$ORIGIN sub.example.
t TXT "a;b" c\\"d ( "e"
 f )
$GENERATE 1-3 g$ A 192.0.2.\${0,1,d}
s SVCB 1 . alpn=h2,h3 port=53 ipv4hint=192.0.2.1
d DS 1 13 2 ( ${'AB'.repeat(16)}
 ${'cd'.repeat(16)} )
u TYPE999 \\# 3 010203
n NSEC a A NS TYPE1234 RRSIG
l LOC 51 30 12.748 N 0 7 39.611 W 0.00m 0.00m 0.00m 0.00m
c CAA 0 issue "ca.example"
r RRSIG A 13 2 3600 20260101000000 20250101000000 1 example. AAAA
`);
    survive(good);
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            at: fc.nat(good.length - 1),
            octet: fc.nat(255),
            how: fc.constantFrom('change', 'add', 'drop', 'cut'),
          }),
          {
            minLength: 1,
            maxLength: 4,
          },
        ),
        (edits) => {
          let octets = [...good];
          for (const { at, octet, how } of edits) {
            if (how === 'cut') octets = octets.slice(0, at);
            else octets.splice(at, how === 'add' ? 0 : 1, ...(how === 'drop' ? [] : [octet]));
          }
          // A range that a digit has made huge is lawful, and would take its time.
          fc.pre(!/\$GENERATE \d*-\d{6}/i.test(Buffer.from(octets).toString('latin1')));
          survive(Uint8Array.from(octets));
        },
      ),
      { numRuns: 1500, seed: 4 },
    );
  });

  test.each([
    ['one word', 'x'.repeat(2_000_000)],
    ['one quoted string', `a TXT "${'x'.repeat(2_000_000)}"`],
    ['one escape after another', `a TXT ${'\\032'.repeat(500_000)}`],
    ['opening parentheses', '('.repeat(1_000_000)],
    ['closing parentheses', ')\n'.repeat(20_000)],
    ['quotes', '"'.repeat(1_000_001)],
    ['lines without an end to their quotes', 'a TXT "\n'.repeat(20_000)],
    ['dots', `a NS ${'.'.repeat(1_000_000)}`],
    ['labels', `a NS ${'a.'.repeat(500_000)}`],
    ['blank lines', '\n \t\r\n'.repeat(500_000)],
    ['one comment', `;${'x'.repeat(2_000_000)}`],
    ['strings', `a TXT${' "x"'.repeat(100_000)}`],
    ['types in a bitmap', `a NSEC b${' TYPE65535'.repeat(100_000)}`],
    ['parameters', `a SVCB 1 .${' key5=x'.repeat(50_000)}`],
    ['digits', `a DS 1 13 2 ${'00 '.repeat(300_000)}`],
    ['a number', `a MX ${'9'.repeat(1_000_000)} b`],
    ['dollar signs in $GENERATE', `$GENERATE 1-2 a TXT ${'$'.repeat(100_001)}`],
    ['braces in $GENERATE', `$GENERATE 1-2 a TXT ${'${'.repeat(50_000)}`],
    ['nested origins', '$ORIGIN a\n'.repeat(10_000)],
    ['unknown types', 'a NOTYPE\n'.repeat(20_000)],
    ['records at one name', 'a A 192.0.2.1\n'.repeat(50_000)],
    [
      'names that share all but their end',
      Array.from({ length: 20_000 }, (_, i) => `${i}.${'x'.repeat(60)}.${'y'.repeat(60)} A 192.0.2.1\n`).join(
        '',
      ),
    ],
  ])('a great many: %s', (_, text) => {
    survive(bytesOf(text));
  });
});
