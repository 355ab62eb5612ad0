import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ZonewrightError } from '../../src/errors.ts';
import {
  parsePkcs11Uri,
  printPkcs11Uri,
  TOKEN_ATTRIBUTES,
  type Pkcs11Uri,
} from '../../src/keys/pkcs11-uri.ts';

function problemOf(text: string): string {
  try {
    parsePkcs11Uri(text);
  } catch (error) {
    if (error instanceof ZonewrightError && error.kind === 'usage') return error.message;
    throw error;
  }
  throw new Error(`${text} was taken`);
}

describe('the examples of RFC 7512 section 3', () => {
  test.each<[string, Pkcs11Uri]>([
    ['pkcs11:', { token: {} }],
    [
      'pkcs11:token=The%20Software%20PKCS%2311%20Softtoken;manufacturer=Snake%20Oil,%20Inc.;model=1.0;object=my-certificate;type=private;id=%69%95%3E%5C%F4%BD%EC%91;serial=?pin-source=file:/etc/token_pin',
      {
        token: {
          token: 'The Software PKCS#11 Softtoken',
          manufacturer: 'Snake Oil, Inc.',
          model: '1.0',
          serial: '',
        },
        object: 'my-certificate',
        id: Uint8Array.from([0x69, 0x95, 0x3e, 0x5c, 0xf4, 0xbd, 0xec, 0x91]),
        pinSource: 'file:/etc/token_pin',
      },
    ],
    [
      'pkcs11:object=my-sign-key;type=private?module-path=/mnt/libmypkcs11.so.1&x-vendor=1',
      { token: {}, object: 'my-sign-key', modulePath: '/mnt/libmypkcs11.so.1' },
    ],
    [
      'pkcs11:slot-description=Sun%20Metaslot;slot-id=327?pin-value=the-pin',
      { token: { 'slot-description': 'Sun Metaslot', 'slot-id': '327' }, pinValue: 'the-pin' },
    ],
    [
      'pkcs11:library-manufacturer=Snake%20Oil,%20Inc.;library-description=Soft%20Token%20Library;library-version=3',
      {
        token: {
          'library-manufacturer': 'Snake Oil, Inc.',
          'library-description': 'Soft Token Library',
          'library-version': '3',
        },
      },
    ],
    ['pkcs11:token=Name%20with%20a%20semicolon:%20%3B', { token: { token: 'Name with a semicolon: ;' } }],
  ])('%s', (text, expected) => {
    expect(parsePkcs11Uri(text)).toEqual(expected);
  });

  test('a label of BIND, with the pin source in the path', () => {
    expect(parsePkcs11Uri('pkcs11:token=bind9;object=ksk;pin-source=/etc/bind/pin')).toEqual({
      token: { token: 'bind9' },
      object: 'ksk',
      pinSource: '/etc/bind/pin',
    });
  });
});

test.each([
  ['http://example.com', 'does not begin with'],
  ['pkcs11:token', 'of the form'],
  ['pkcs11:token=a;token=b', 'twice'],
  ['pkcs11:colour=red', '"colour" is not known'],
  ['pkcs11:token=my token', 'percent-encoded'],
  ['pkcs11:token=%2', 'two hexadecimal digits'],
  ['pkcs11:token=%FF', 'UTF-8'],
  ['pkcs11:a?b?c', 'more than one'],
  ['pkcs11:type=cert', '"type"'],
  ['pkcs11:slot-id=x', '"slot-id"'],
  ['pkcs11:?module-path=./evil.so', 'not absolute'],
  ['pkcs11:?pin-source=/p&pin-value=1', 'both'],
])('%s is refused', (text, problem) => {
  expect(problemOf(text)).toContain(problem);
});

const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const uri: fc.Arbitrary<Pkcs11Uri> = fc.record(
  {
    token: fc.record(
      Object.fromEntries(
        TOKEN_ATTRIBUTES.map((name) => [name, name === 'slot-id' ? fc.nat().map(String) : text]),
      ),
      { requiredKeys: [] },
    ),
    object: text,
    id: fc.uint8Array({ maxLength: 20 }),
    pinSource: text,
    modulePath: text.map((name) => `/${name}`),
  },
  { requiredKeys: ['token'] },
);

test('whatever is printed is read back', () => {
  fc.assert(
    fc.property(uri, (value) => {
      expect(parsePkcs11Uri(printPkcs11Uri(value))).toEqual(value);
    }),
  );
});

test('any text is read or refused with a usage error; no value gets into the message or out again as a PIN', () => {
  const secret = 'T0P5ECRET';
  const pieces = fc.constantFrom(
    'pkcs11:',
    ...TOKEN_ATTRIBUTES,
    '=',
    ';',
    '?',
    '&',
    '%',
    '/',
    '%41',
    'type=private',
    'id',
  );
  const hostile = fc.oneof(
    fc.array(fc.oneof(pieces, text), { maxLength: 12 }).map((parts) => parts.join('')),
    fc.array(pieces, { maxLength: 12 }).map((parts) => `pkcs11:${parts.join('')}`),
  );
  fc.assert(
    fc.property(hostile, (garbage) => {
      const whole = `${garbage}${garbage.includes('?') ? '&' : '?'}pin-value=${secret}`;
      try {
        expect(printPkcs11Uri(parsePkcs11Uri(whole))).not.toContain(secret);
      } catch (error) {
        if (!(error instanceof ZonewrightError)) throw error;
        expect(error.kind).toBe('usage');
        expect(`${error.message} ${error.hint ?? ''}`).not.toContain(secret);
      }
    }),
    { numRuns: 2000 },
  );
});
