import { describe, expect, test } from '@jest/globals';
import { nameFromText } from '../../src/dns/name.ts';
import { isValidZoneKey, readDnskey, REVOKE_FLAG, writeDnskey } from '../../src/dnssec/dnskey.ts';
import { digestTypeByName, digestTypeByNumber, dsMatches, makeDs, readDs } from '../../src/dnssec/ds.ts';
import { keyTag, revokedKeyTag } from '../../src/dnssec/key-tag.ts';
import { nodeCrypto } from '../../src/io/crypto/node-crypto.ts';

const publicKey = Uint8Array.of(1, 2, 3);
const owner = nameFromText('example.');

describe('DNSKEY', () => {
  test('is read and written', () => {
    const rdata = Uint8Array.of(1, 1, 3, 13, 1, 2, 3);
    expect(readDnskey(rdata)).toEqual({ flags: 257, protocol: 3, algorithm: 13, publicKey });
    expect(writeDnskey({ flags: 257, protocol: 3, algorithm: 13, publicKey })).toEqual(rdata);
    expect(() => readDnskey(rdata.subarray(0, 3))).toThrow('fewer than 4');
  });

  test('signs zone data only with the ZONE flag, protocol 3, and unrevoked', () => {
    expect(isValidZoneKey({ flags: 256, protocol: 3 })).toBe(true);
    expect(isValidZoneKey({ flags: 257, protocol: 3 })).toBe(true);
    expect(isValidZoneKey({ flags: 1, protocol: 3 })).toBe(false);
    expect(isValidZoneKey({ flags: 257 | REVOKE_FLAG, protocol: 3 })).toBe(false);
    expect(isValidZoneKey({ flags: 256, protocol: 4 })).toBe(false);
  });
});

describe('key tag', () => {
  test('of RSAMD5 comes from the modulus (RFC 4034 appendix B.1)', () => {
    const modulus = Uint8Array.of(3, 1, 0, 1, 0xaa, 0x12, 0x34, 0x56);
    expect(keyTag(writeDnskey({ flags: 256, protocol: 3, algorithm: 1, publicKey: modulus }))).toBe(0x1234);
  });

  test('once revoked is 128 more, or 129 with a carry', () => {
    const differences = new Set<number>();
    for (let word = 0; word <= 0xffff; word++) {
      const key = Uint8Array.of(word >> 8, word & 0xff);
      const rdata = writeDnskey({ flags: 257, protocol: 3, algorithm: 13, publicKey: key });
      differences.add((revokedKeyTag(rdata) - keyTag(rdata)) & 0xffff);
    }
    expect([...differences].sort()).toEqual([128, 129]);
  });

  test('of a revoked key stays when it is revoked again', () => {
    const rdata = writeDnskey({ flags: 257 | REVOKE_FLAG, protocol: 3, algorithm: 13, publicKey });
    expect(revokedKeyTag(rdata)).toBe(keyTag(rdata));
  });
});

describe('DS', () => {
  const rdata = writeDnskey({ flags: 257, protocol: 3, algorithm: 13, publicKey });

  test('stands for its key alone', () => {
    const ds = makeDs(owner, rdata, 2, nodeCrypto);
    expect(readDs(ds)).toMatchObject({ keyTag: keyTag(rdata), algorithm: 13, digestType: 2 });
    expect(dsMatches(ds, owner, rdata, nodeCrypto)).toBe(true);
    expect(dsMatches(ds, nameFromText('other.'), rdata, nodeCrypto)).toBe(false);
    const other = writeDnskey({ flags: 257, protocol: 3, algorithm: 13, publicKey: Uint8Array.of(9) });
    expect(dsMatches(ds, owner, other, nodeCrypto)).toBe(false);
    expect(dsMatches(ds.subarray(0, 10), owner, rdata, nodeCrypto)).toBe(false);
  });

  test('of an unknown digest type is neither made nor matched', () => {
    expect(() => makeDs(owner, rdata, 3, nodeCrypto)).toThrow('digest type 3');
    const unknown = makeDs(owner, rdata, 2, nodeCrypto);
    unknown[3] = 99;
    expect(dsMatches(unknown, owner, rdata, nodeCrypto)).toBeUndefined();
  });

  test('digest types have names', () => {
    expect(digestTypeByName('sha256')?.number).toBe(2);
    expect(digestTypeByName('SHA-384')?.number).toBe(4);
    expect(digestTypeByName('1')?.number).toBe(1);
    expect(digestTypeByName('sha512')).toBeUndefined();
    expect(digestTypeByNumber(3)).toBeUndefined();
    expect(() => readDs(Uint8Array.of(1))).toThrow('fewer than 4');
  });
});
