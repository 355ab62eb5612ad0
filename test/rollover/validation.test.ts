import { describe, expect, test } from '@jest/globals';
import { keyFacts, validate, type DsRecord, type KeySet } from '../../src/rollover/validation.ts';

const KSK = '257 3 13 ksk';
const NEW_KSK = '257 3 13 new-ksk';
const ZSK = '256 3 13 zsk';
const RSA_KSK = '257 3 8 rsa-ksk';
const RSA_ZSK = '256 3 8 rsa-zsk';

function ds(key: string | undefined, digestType = 2, algorithm = 13): DsRecord {
  return { algorithm, digestType, key };
}

const KEYS: KeySet = { keys: [KSK, ZSK], signers: [KSK] };
const BOTH_ALGORITHMS: KeySet = { keys: [KSK, ZSK, RSA_KSK, RSA_ZSK], signers: [KSK, RSA_KSK] };
const SIGNED = { signerSets: [[ZSK]] };
const SIGNED_BY_BOTH = { signerSets: [[ZSK, RSA_ZSK]] };

describe('keyFacts', () => {
  test.each([
    ['256 3 13 k', 13, true],
    ['257 3 8 k', 8, true],
    ['0 3 13 k', 13, false],
    ['1 3 13 k', 13, false],
    ['385 3 13 k', 13, false],
    ['384 3 13 k', 13, false],
    ['257 2 13 k', 13, false],
  ])('%s', (id, algorithm, usable) => {
    expect(keyFacts(id)).toEqual({ algorithm, usable });
  });
});

describe('without a DS', () => {
  test('everything is accepted, signed or not', () => {
    expect(validate([], { keys: [], signers: [] }, { signerSets: [[]] })).toBeUndefined();
    expect(validate([], { keys: [KSK], signers: [] }, { signerSets: [[ZSK], []] })).toBeUndefined();
  });
});

describe('every pair of algorithm and digest type of the DS set', () => {
  test('must match a key that signs the DNSKEY RRset', () => {
    expect(validate([ds(KSK)], KEYS, SIGNED)).toBeUndefined();
    expect(validate([ds(ZSK)], KEYS, SIGNED)).toEqual({
      kind: 'no-trusted-key',
      algorithm: 13,
      digestType: 2,
      missing: [ZSK],
    });
    expect(validate([ds(KSK)], { keys: [ZSK], signers: [KSK] }, SIGNED)).toMatchObject({
      kind: 'no-trusted-key',
    });
    expect(validate([ds(KSK)], { keys: [KSK, ZSK], signers: [] }, SIGNED)).toMatchObject({
      kind: 'no-trusted-key',
    });
  });

  test('may have others that match nothing', () => {
    expect(validate([ds(NEW_KSK), ds(KSK), ds(undefined)], KEYS, SIGNED)).toBeUndefined();
  });

  test('is looked at by itself: a validator may heed the strongest digest alone (RFC 4509 section 3)', () => {
    expect(validate([ds(KSK, 2), ds(NEW_KSK, 4)], KEYS, SIGNED)).toEqual({
      kind: 'no-trusted-key',
      algorithm: 13,
      digestType: 4,
      missing: [NEW_KSK],
    });
    expect(validate([ds(KSK, 2), ds(KSK, 4)], KEYS, SIGNED)).toBeUndefined();
  });

  test('does not match by a DS whose key nobody knows', () => {
    expect(validate([ds(undefined)], KEYS, SIGNED)).toMatchObject({ kind: 'no-trusted-key' });
  });

  test.each(['385 3 13 revoked', '1 3 13 no-zone-key', '257 1 13 other-protocol'])(
    'does not match the key %s, which may not sign',
    (key) => {
      expect(validate([ds(key)], { keys: [key, ZSK], signers: [key] }, SIGNED)).toMatchObject({
        kind: 'no-trusted-key',
      });
    },
  );
});

describe('every algorithm of the DS set and the DNSKEY RRset', () => {
  test('signs the DNSKEY RRset', () => {
    const oneSigner = { ...BOTH_ALGORITHMS, signers: [KSK] };
    expect(validate([ds(KSK)], oneSigner, SIGNED_BY_BOTH)).toEqual({ kind: 'keys-not-signed', algorithm: 8 });
    expect(validate([ds(KSK)], BOTH_ALGORITHMS, SIGNED_BY_BOTH)).toBeUndefined();
  });

  test('signs every part of the zone', () => {
    expect(validate([ds(KSK)], BOTH_ALGORITHMS, SIGNED)).toEqual({
      kind: 'data-not-signed',
      algorithm: 8,
      missing: [],
    });
    expect(validate([ds(KSK)], BOTH_ALGORITHMS, { signerSets: [[ZSK, RSA_ZSK], [RSA_ZSK]] })).toEqual({
      kind: 'data-not-signed',
      algorithm: 13,
      missing: [],
    });
  });

  test('signs the zone by a key that is published', () => {
    expect(validate([ds(KSK)], KEYS, { signerSets: [['256 3 13 unpublished']] })).toMatchObject({
      kind: 'data-not-signed',
      missing: ['256 3 13 unpublished'],
    });
  });

  test('signs the zone by a key that is not revoked', () => {
    const revoked = '384 3 13 zsk';
    const keySet = { keys: [KSK, revoked], signers: [KSK] };
    expect(validate([ds(KSK)], keySet, { signerSets: [[revoked]] })).toMatchObject({
      kind: 'data-not-signed',
    });
  });

  test('may be signed by any key of that algorithm, the one with the DS included', () => {
    expect(validate([ds(KSK)], KEYS, { signerSets: [[KSK]] })).toBeUndefined();
  });

  test('may have more signatures than the DNSKEY RRset has algorithms', () => {
    expect(validate([ds(KSK)], KEYS, SIGNED_BY_BOTH)).toBeUndefined();
  });
});
