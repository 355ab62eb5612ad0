import { describe, expect, test } from '@jest/globals';
import { useOfKey } from '../../src/keys/key.ts';
import {
  changeTiming,
  isActive,
  isPublished,
  isRevoked,
  isUntimed,
  type KeyTiming,
} from '../../src/keys/timing.ts';

const now = 1000;
const past = 500;
const future = 1500;

describe('the rules of smart signing', () => {
  const rows: readonly (readonly [string, KeyTiming, boolean, boolean])[] = [
    ['no time at all', {}, true, true],
    ['created only: a spare', { created: past }, false, false],
    ['published', { created: past, publish: past }, true, false],
    ['published right now', { publish: now }, true, false],
    ['published later', { publish: future }, false, false],
    ['active', { publish: past, activate: past }, true, true],
    ['active later', { publish: past, activate: future }, true, false],
    ['active without publication', { activate: past }, true, true],
    ['active before publication', { publish: future, activate: past }, false, true],
    ['inactive', { publish: past, activate: past, inactive: past }, true, false],
    ['inactive right now', { publish: past, activate: past, inactive: now }, true, false],
    ['inactive later', { publish: past, activate: past, inactive: future }, true, true],
    ['inactive without publication', { activate: past, inactive: past }, false, false],
    ['deleted', { publish: past, activate: past, delete: past }, false, false],
    ['deleted later', { publish: past, activate: past, delete: future }, true, true],
    ['revoked', { publish: past, activate: past, revoke: past }, true, true],
    ['revoked and inactive', { publish: past, activate: past, inactive: past, revoke: past }, true, true],
    ['revoked and unpublished', { publish: future, revoke: past }, false, false],
    ['revoked and deleted', { publish: past, revoke: past, delete: past }, false, false],
  ];

  test.each(rows)('%s', (_, timing, published, active) => {
    expect(isPublished(timing, now)).toBe(published);
    expect(isActive(timing, now)).toBe(active);
  });

  test('a key is revoked only while it is published', () => {
    expect(isRevoked({ publish: past, revoke: past }, now)).toBe(true);
    expect(isRevoked({ publish: past, revoke: future }, now)).toBe(false);
    expect(isRevoked({ publish: future, revoke: past }, now)).toBe(false);
    expect(isRevoked({ publish: past, revoke: past, delete: past }, now)).toBe(false);
  });
});

describe('the states of BIND count before the times', () => {
  const timing = { created: past, publish: past, activate: past, inactive: past, delete: past };

  test('of a ZSK: of its DNSKEY and of its signatures', () => {
    const state = { dnskeyState: 'omnipresent', zrrsigState: 'rumoured' } as const;
    const used = { published: true, active: true, revoked: false };
    expect(useOfKey({ timing, state, role: 'zsk' }, now)).toEqual(used);
    const retired = { ...state, zrrsigState: 'unretentive' } as const;
    expect(useOfKey({ timing, state: retired, role: 'zsk' }, now)).toEqual({ ...used, active: false });
    const gone = { ...state, dnskeyState: 'hidden' } as const;
    expect(useOfKey({ timing: {}, state: gone, role: 'zsk' }, now).published).toBe(false);
  });

  test('of a KSK: of its DNSKEY alone', () => {
    const state = { dnskeyState: 'omnipresent', zrrsigState: 'rumoured' } as const;
    expect(useOfKey({ timing, state, role: 'ksk' }, now)).toMatchObject({ published: true, active: false });
  });

  test('where it says nothing, the times count', () => {
    for (const state of [undefined, { ksk: true }]) {
      expect(useOfKey({ timing, state, role: 'csk' }, now)).toMatchObject({
        published: false,
        active: false,
      });
      expect(useOfKey({ timing: {}, state, role: 'csk' }, now)).toMatchObject({
        published: true,
        active: true,
      });
    }
  });
});

test('times are set and taken away', () => {
  expect(changeTiming({ publish: 1, activate: 2 }, { publish: null, inactive: 3 })).toEqual({
    activate: 2,
    inactive: 3,
  });
  expect(isUntimed(changeTiming({ publish: 1 }, { publish: null }))).toBe(true);
});
