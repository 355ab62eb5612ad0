import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { toBase64 } from '../../src/dns/encoding.ts';
import { nameToText } from '../../src/dns/name.ts';
import { readDnskey } from '../../src/dnssec/dnskey.ts';
import { ZonewrightError } from '../../src/errors.ts';
import {
  isKeyReference,
  printBindPrivateKey,
  privateKeyMaterial,
  readBindPrivateKey,
  tokenKeyOfReference,
} from '../../src/keys/bind-private-key.ts';
import { printBindPublicKey, readBindPublicKey } from '../../src/keys/bind-public-key.ts';
import { printBindState, readBindState } from '../../src/keys/bind-state.ts';

// The Ed25519 key of RFC 8080 section 6.1.
const PRIVATE = 'ODIyNjAzODQ2MjgwODAxMjI2NDUxOTAyMDQxNDIyNjI=';
const PUBLIC = 'l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=';
const privateText = `Private-key-format: v1.3
Algorithm: 15 (ED25519)
PrivateKey: ${PRIVATE}
Predecessor: 4711
Created: 20260101000000
Publish: 20260102000000
Activate: 20260103000000
Revoke: 20260104000000
Inactive: 20260105000000
Delete: 20260106000000
DSPublish: 20260107000000
SyncPublish: 20260108000000
SyncDelete: 20260109000000
`;
const publicText = `; This is a key-signing key, keyid 3613, for example.com.
; Created: 20260101000000 (Thu Jan  1 00:00:00 2026)
; Publish: 20260102000000 (Fri Jan  2 00:00:00 2026)
; Activate: 20260103000000 (Sat Jan  3 00:00:00 2026)
; SyncPublish: 20260108000000 (Thu Jan  8 00:00:00 2026)
example.com. 3600 IN DNSKEY 257 3 15 ${PUBLIC}
`;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const JAN_1 = 1767225600;
const DAY = 86400;

function failure(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}

describe('.private', () => {
  test('is read, and printed as it was', () => {
    const key = readBindPrivateKey(privateText, 'K.private');
    expect(key.algorithm).toBe(15);
    expect(key.timing).toEqual({
      created: JAN_1,
      publish: JAN_1 + DAY,
      activate: JAN_1 + 2 * DAY,
      revoke: JAN_1 + 3 * DAY,
      inactive: JAN_1 + 4 * DAY,
      delete: JAN_1 + 5 * DAY,
      dsPublish: JAN_1 + 6 * DAY,
      syncPublish: JAN_1 + 7 * DAY,
      syncDelete: JAN_1 + 8 * DAY,
    });
    expect(printBindPrivateKey(key)).toBe(privateText);
  });

  test('of v1.2, with other line ends and without an algorithm name, is read', () => {
    const text = `Private-key-format: v1.2\r\nAlgorithm: 15\r\nPrivateKey:\t${PRIVATE}\r\n\r\n`;
    const key = readBindPrivateKey(text, 'K.private');
    expect(key.timing).toEqual({});
    const { publicKey } = readDnskey(readBindPublicKey(bytes(publicText), 'K.key').rdata);
    expect(privateKeyMaterial(key, publicKey, 'K.private')).toMatchObject({
      kind: 'software',
      algorithm: 15,
      jwk: { kty: 'OKP', crv: 'Ed25519' },
    });
  });

  test('keeps fields that we know nothing of', () => {
    const text = privateText.replace('Created', 'Whatever: yes indeed\nCreated');
    expect(printBindPrivateKey(readBindPrivateKey(text, 'K.private'))).toBe(text);
  });

  test('that refers to an HSM has its URI, and no secret', () => {
    const uri = 'pkcs11:token=x;object=k';
    const label = toBase64(new TextEncoder().encode(`${uri}\0`));
    const text = `Private-key-format: v1.3\nAlgorithm: 13\nEngine: cGtjczExAA==\nLabel: ${label}\n`;
    const key = readBindPrivateKey(text, 'K.private');
    expect(isKeyReference(key)).toBe(true);
    const publicKey = new Uint8Array(64);
    expect(tokenKeyOfReference(key, publicKey, 'K.private')).toEqual({
      kind: 'token',
      algorithm: 13,
      uri,
      publicKey,
      file: 'K.private',
    });
  });

  test.each(['Engine: cGtjczExAA==', 'Label: aHNtOng='])(
    'that refers to something else than a token is refused: %s',
    (reference) => {
      const key = readBindPrivateKey(`Private-key-format: v1.3\nAlgorithm: 13\n${reference}\n`, 'K.private');
      const error = failure(() => tokenKeyOfReference(key, new Uint8Array(64), 'K.private'));
      expect(error).toMatchObject({ code: 'key/reference', location: { file: 'K.private' } });
    },
  );

  test.each([
    ['', 1, /first line/],
    ['Algorithm: 8\n', 1, /first line/],
    ['Private-key-format: v1.3\nModulus: AA==\n', 2, /second line/],
    ['Private-key-format: v1.3\nAlgorithm: RSA\n', 2, /second line/],
    ['Private-key-format: v1.3\nAlgorithm: 8\nthis is nothing\n', 3, /Name: value/],
    ['Private-key-format: v1.3\nAlgorithm: 8\nCreated: 2026\n', 3, /Created is not a time/],
    ['Private-key-format: v1.3\nAlgorithm: 8\nCreated: 20261301000000\n', 3, /not a time/],
  ])('%j is damaged', (text, line, message) => {
    expect(failure(() => readBindPrivateKey(text, 'K.private'))).toMatchObject({
      kind: 'input',
      code: 'key/damaged',
      location: { file: 'K.private', line },
      message: expect.stringMatching(message),
      hint: expect.stringMatching(/restore/),
    });
  });

  test('of another format version is refused', () => {
    expect(failure(() => readBindPrivateKey('Private-key-format: v2.0\n', 'f'))).toMatchObject({
      code: 'key/format',
    });
  });

  test.each([
    ['PrivateKey: !!secret!!', /not base64/],
    ['PrivateKey: c2VjcmV0', /6 octets, but 32/],
    ['Other: x', /PrivateKey is missing/],
  ])('a secret like "%s" is damaged and not quoted', (line, message) => {
    const key = readBindPrivateKey(`Private-key-format: v1.3\nAlgorithm: 15\n${line}\n`, 'f');
    const error = failure(() => privateKeyMaterial(key, new Uint8Array(32), 'f'));
    expect(error).toMatchObject({ code: 'key/damaged', message: expect.stringMatching(message) });
    expect(String(error)).not.toMatch(/secret|c2Vj/);
  });

  test('whose ECDSA scalar lost its leading zeros is completed', () => {
    const key = readBindPrivateKey('Private-key-format: v1.2\nAlgorithm: 13\nPrivateKey: AQ==\n', 'f');
    const { jwk } = privateKeyMaterial(key, new Uint8Array(64), 'f');
    expect(jwk.d).toBe(`${'A'.repeat(42)}E`);
  });

  test('of an algorithm that cannot be used says so', () => {
    const key = readBindPrivateKey('Private-key-format: v1.2\nAlgorithm: 3 (DSA)\n', 'f');
    expect(failure(() => privateKeyMaterial(key, new Uint8Array(4), 'f'))).toMatchObject({
      code: 'key/algorithm',
    });
  });
});

describe('.key', () => {
  test('is read with its times, and printed as it was', () => {
    const key = readBindPublicKey(bytes(publicText), 'K.key');
    expect(nameToText(key.owner)).toBe('example.com.');
    expect(key).toMatchObject({ ttl: 3600, type: 'DNSKEY' });
    expect(key.timing).toEqual({
      created: JAN_1,
      publish: JAN_1 + DAY,
      activate: JAN_1 + 2 * DAY,
      syncPublish: JAN_1 + 7 * DAY,
    });
    expect(printBindPublicKey(key)).toBe(publicText);
  });

  test.each([
    ['without TTL and class', `example.com. DNSKEY 257 3 15 ${PUBLIC}`],
    ['of ldns', `example.com.\tIN\tDNSKEY\t257 3 15 ${PUBLIC} ;{id = 3613 (ksk), size = 256b}\n`],
    [
      'in parentheses',
      `example.com. IN DNSKEY ( 257 3 15\n  l02Woi0iS8Aa25FQkUd9RMzZHJpBo\n  RQwAQEX1SxZJA4= ) ; x\n`,
    ],
    ['of type KEY', `example.com. IN KEY 257 3 15 ${PUBLIC}\n`],
    ['with class before TTL', `example.com. in 1h dnskey 257 3 15 ${PUBLIC}\n`],
    ['without the last dot', `example.com IN DNSKEY 257 3 15 ${PUBLIC}\n`],
    ['with a byte order mark', `\u{feff}example.com. IN DNSKEY 257 3 15 ${PUBLIC}\r\n`],
  ])('%s is read', (_, text) => {
    const key = readBindPublicKey(bytes(text), 'K.key');
    expect(nameToText(key.owner)).toBe('example.com.');
    expect(readDnskey(key.rdata)).toMatchObject({ flags: 257, protocol: 3, algorithm: 15 });
    expect(key.ttl).toBe(text.includes('1h') ? 3600 : undefined);
  });

  test.each([
    ['', /no record/],
    ['; only a comment\n', /no record/],
    [`example. IN A 192.0.2.1\n`, /neither a TTL nor DNSKEY/],
    [`example. IN DNSKEY 257 3\n`, /the algorithm is missing/],
    [`example. IN DNSKEY 70000 3 15 ${PUBLIC}\n`, /flags/],
    [`example. IN DNSKEY 257 3 15\n`, /public key is missing/],
    [`example. IN DNSKEY 257 3 15 l02Wo\n`, /base64/],
    [`example. IN DNSKEY 257 3 15 ${PUBLIC}\nexample. IN DNSKEY 257 3 15 ${PUBLIC}\n`, /more than one/],
    [`a..b IN DNSKEY 257 3 15 ${PUBLIC}\n`, /empty label/],
  ])('%j is damaged', (text, message) => {
    expect(failure(() => readBindPublicKey(bytes(text), 'K.key'))).toMatchObject({
      kind: 'input',
      code: 'key/damaged',
      location: { file: 'K.key' },
      message: expect.stringMatching(message),
    });
  });
});

test('comments of a .key file that are no times are passed over', () => {
  const comments =
    '; Created: by Jo\n; Publish: 20261301000000\n; Note: 20260101000000\n;; Delete: 20260101000000\n';
  const key = readBindPublicKey(
    bytes(comments + publicText.replace(/^; (Publish|Created).*\n/gm, '')),
    'K.key',
  );
  expect(Object.keys(key.timing)).toEqual(['activate', 'syncPublish']);
});

describe('hostile input', () => {
  /** The text with a piece cut out and another put in. */
  const mutated = (text: string): fc.Arbitrary<string> =>
    fc
      .tuple(fc.nat(text.length), fc.nat(20), fc.oneof(fc.string(), fc.string({ unit: 'binary' })))
      .map(([at, cut, piece]) => text.slice(0, at) + piece + text.slice(at + cut));
  const publicKey = new Uint8Array(32);

  test.each([
    [
      '.private',
      privateText,
      (text: string) => privateKeyMaterial(readBindPrivateKey(text, 'f'), publicKey, 'f'),
    ],
    ['.key', publicText, (text: string) => readBindPublicKey(bytes(text), 'f')],
    [
      '.state',
      'Algorithm: 15\nKSK: yes\nGenerated: 20260101000000\n',
      (text: string) => readBindState(text, 'f'),
    ],
  ])('%s is read, or refused with the file', (_, text, read) => {
    fc.assert(
      fc.property(fc.oneof(mutated(text), fc.string({ unit: 'binary', maxLength: 200 })), (input) => {
        try {
          read(input);
        } catch (error) {
          expect(error).toBeInstanceOf(ZonewrightError);
          expect(error).toMatchObject({ kind: 'input', location: { file: 'f' } });
        }
      }),
      { numRuns: 500 },
    );
  });

  test('long lines take no long time', () => {
    const long = `Private-key-format: v1.3\nAlgorithm: 8\nX: a${' '.repeat(2e6)}b\n`;
    expect(readBindPrivateKey(long, 'f').fields).toHaveLength(1);
    expect(() => readBindPublicKey(bytes(`;${' '.repeat(2e6)}:\n`), 'f')).toThrow('no record');
  });
});

describe('.state', () => {
  const text = `; This is the state of key 3613, for example.com.
Algorithm: 15
Length: 256
Lifetime: 0
Predecessor: 1
Successor: 2
KSK: yes
ZSK: no
Generated: 20260101000000 (Thu Jan  1 00:00:00 2026)
DSRemoved: 20260101000000 (Thu Jan  1 00:00:00 2026)
DNSKEYState: omnipresent
GoalState: hidden
Surprise: 42
`;

  test('is read, and printed as it was', () => {
    const state = readBindState(text, 'K.state');
    expect(state).toMatchObject({
      algorithm: 15,
      ksk: true,
      zsk: false,
      generated: JAN_1,
      dnskeyState: 'omnipresent',
      goalState: 'hidden',
    });
    expect(printBindState(state, 3613, 'example.com.')).toBe(text);
  });

  test.each([
    ['KSK: perhaps', /neither yes nor no/],
    ['Length: long', /not a number/],
    ['GoalState: elsewhere', /none of hidden/],
    ['Active: soon', /not a time/],
  ])('"%s" is damaged', (line, message) => {
    expect(failure(() => readBindState(`${line}\n`, 'K.state'))).toMatchObject({
      code: 'key/damaged',
      location: { file: 'K.state', line: 1 },
      message: expect.stringMatching(message),
    });
  });
});
