import { describe, expect, test } from '@jest/globals';
import { keyStatus } from '../../src/rollover/key-status.ts';
import type { ManagedKey, Rollover, RotationState } from '../../src/rollover/state.ts';
import { EXAMPLE, exampleKey, NEW_KSK, NOW, OLD_KSK, ZSK } from './example-state.ts';

const rolloverAt = (step: number, fields: Partial<Rollover> = {}): Rollover => ({
  ...EXAMPLE.rollovers[0]!,
  step,
  decided: undefined,
  ...fields,
});

/** The statuses of the old and the new KSK at a step of their rollover. */
function statusesAt(step: number, activated?: number): string[] {
  const fresh = { ...NEW_KSK, activated };
  const state = { ...EXAMPLE, keys: [OLD_KSK, fresh, ZSK], rollovers: [rolloverAt(step)] };
  return [OLD_KSK, fresh].map((key) => keyStatus(state, key));
}

describe('a KSK', () => {
  test('is pending until its DS is confirmed; its predecessor is retired from then on', () => {
    expect(statusesAt(0)).toEqual(['active', 'pending']);
    expect(statusesAt(1)).toEqual(['active', 'pending']);
    // The DS was confirmed: the step is done, and the key began its life.
    expect(statusesAt(2, NOW)).toEqual(['retired', 'active']);
    expect(statusesAt(3, NOW)).toEqual(['retired', 'active']);
  });

  test('is retired when its zone is on the way to no DNSSEC at all and its DS is gone', () => {
    const disable = (step: number): RotationState => ({
      ...EXAMPLE,
      rollovers: [rolloverAt(step, { name: 'disable', new: [] })],
    });
    expect(keyStatus(disable(0), OLD_KSK)).toBe('active');
    expect(keyStatus(disable(1), OLD_KSK)).toBe('retired');
  });

  test('is not touched by a rollover of other keys', () => {
    const state = { ...EXAMPLE, rollovers: [rolloverAt(3, { old: [NEW_KSK.base], new: [] })] };
    expect(keyStatus(state, OLD_KSK)).toBe('active');
  });
});

describe('a ZSK', () => {
  const fresh = exampleKey('zsk', 9, { activated: undefined });
  const signedBy = (...signerSets: ManagedKey[][]): RotationState => ({
    ...EXAMPLE,
    ledger: {
      ...EXAMPLE.ledger,
      publications: [
        {
          ...EXAMPLE.ledger.publications[0]!,
          data: { signerSets: signerSets.map((keys) => keys.map(({ dnskey }) => dnskey)) },
        },
      ],
    },
  });

  test('is pending until it signs, active while it signs in the served zone, then retired', () => {
    const used = { ...fresh, activated: NOW };
    expect(keyStatus(signedBy([ZSK]), ZSK)).toBe('active');
    expect(keyStatus(signedBy([ZSK]), fresh)).toBe('pending');
    expect(keyStatus(signedBy([used]), used)).toBe('active');
    expect(keyStatus(signedBy([used]), ZSK)).toBe('retired');
  });

  test('is active while it signs a part of the zone, whatever was decided for the next publication', () => {
    const leaving = { ...ZSK, use: { ...ZSK.use, signsZone: false } };
    expect(keyStatus(signedBy([fresh], [leaving]), leaving)).toBe('active');
  });

  test('goes by what is decided where no publication is known', () => {
    const state = { ...EXAMPLE, ledger: { publications: [], parent: [] } };
    expect(keyStatus(state, ZSK)).toBe('active');
    expect(keyStatus(state, { ...fresh, use: { ...fresh.use, signsZone: false } })).toBe('pending');
  });
});

test('a CSK goes by its DS, like a KSK', () => {
  const csk = exampleKey('csk', 8, { activated: undefined });
  expect(keyStatus({ ...EXAMPLE, keys: [csk] }, csk)).toBe('pending');
  expect(keyStatus({ ...EXAMPLE, keys: [csk] }, { ...csk, activated: NOW })).toBe('active');
});

test('a key that left the zone is removed, its files deleted or not', () => {
  expect(keyStatus(EXAMPLE, { ...OLD_KSK, removed: NOW })).toBe('removed');
  expect(keyStatus(EXAMPLE, { ...ZSK, removed: NOW, purged: NOW })).toBe('removed');
});
