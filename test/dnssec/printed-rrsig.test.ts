import { describe, expect, test } from '@jest/globals';
import { ByteBuffer } from '../../src/dns/byte-buffer.ts';
import { nameFromText } from '../../src/dns/name.ts';
import { PrintedRrsig } from '../../src/dnssec/printed-rrsig.ts';
import { writeRrsigHeader } from '../../src/dnssec/rrsig.ts';
import { rdataToText } from '../../src/rr/rdata.ts';
import { Type } from '../../src/rr/registry.ts';

const SIGNER = nameFromText('a\\.b.example.');
/** What stands before the algorithm. */
const COVERED = 'TXT ';

function rdataOf(expiration: number, inception: number, signatureLength: number): Uint8Array {
  const out = new ByteBuffer();
  const fields = { algorithm: 13, labels: 4, originalTtl: 0x7fffffff, keyTag: 65535, signerName: SIGNER };
  writeRrsigHeader({ typeCovered: Type.TXT, expiration, inception, ...fields }, out);
  for (let i = 0; i < signatureLength; i++) out.u8(i * 37);
  return out.copy();
}

const octets = (text: string): Uint8Array => new TextEncoder().encode(text);
const TEXT = rdataToText(Type.RRSIG, rdataOf(1772366400, 1767225600, 64));

function isRead(text: string): boolean {
  return new PrintedRrsig(octets(text), SIGNER).read(Type.TXT, COVERED.length, text.length);
}

describe('the RDATA of a signature as it was printed', () => {
  test.each([
    ['1970', 0, 1],
    ['a leap day', Date.UTC(2028, 1, 29, 23, 59, 59) / 1000, Date.UTC(2028, 2, 1) / 1000],
    ['the turn of a year', Date.UTC(2026, 11, 31, 23, 59, 59) / 1000, Date.UTC(2027, 0, 1) / 1000],
    ['2106', 0xffffffff, 0xfffffffe],
  ])('is read back: %s', (_, expiration, inception) => {
    for (const length of [1, 2, 3, 64, 96, 256]) {
      const rdata = rdataOf(expiration, inception, length);
      const text = rdataToText(Type.RRSIG, rdata);
      expect(text.startsWith(COVERED)).toBe(true);
      const rrsig = new PrintedRrsig(octets(text), SIGNER);
      expect(rrsig.read(Type.TXT, COVERED.length, text.length)).toBe(true);
      expect(rrsig).toMatchObject({
        algorithm: 13,
        originalTtl: 0x7fffffff,
        keyTag: 65535,
        expiration,
        inception,
      });
      const out = new ByteBuffer();
      rrsig.append(out);
      expect(out.copy()).toEqual(rdata);
    }
  });

  test.each([
    ['another signer', TEXT.replace('a\\.b', 'c\\.b')],
    ['a signer below', TEXT.replace('a\\.b', 'x.a\\.b')],
    ['an algorithm by its name', TEXT.replace(' 13 ', ' ECDSAP256SHA256 ')],
    ['a key tag that is none', TEXT.replace(' 65535 ', ' -1 ')],
    ['two spaces', TEXT.replace(' 65535 ', '  65535 ')],
    ['no signature', TEXT.replace(/ \S+$/, ' ')],
    ['nothing', COVERED],
  ])('is left alone where there is %s', (_, text) => {
    expect(isRead(TEXT)).toBe(true);
    expect(isRead(text)).toBe(false);
  });
});
